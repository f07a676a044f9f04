import { describe, expect, test } from 'vitest';
import type { Interrupts } from '../../src/cli/run.ts';
import { runCommand } from '../../src/cli/run.ts';
import type { Command, Context, Result } from '../../src/commands/command.ts';
import { ReplabError } from '../../src/control/errors.ts';
import { createChance } from '../../src/lib/chance.ts';
import { until } from '../support/until.ts';

const done: Result = { kind: 'document', json: { schema: 's/1' }, text: () => 'done' };
const input = { args: {}, options: {} };

function command(run: (context: Context) => Promise<Result>, over: Partial<Command> = {}): Command {
  return { name: 'test', summary: '', args: {}, options: {}, examples: [], run, ...over };
}

function start(what: Command, timeoutMs: number | null) {
  const interrupts: Interrupts = { onFirst: () => {} };
  const finished: Result[] = [];
  const running = runCommand({
    command: what,
    input,
    timeoutMs,
    interrupts,
    context: (signal, ms) => ({
      cluster: null,
      root: '',
      timeoutMs: ms,
      last: null,
      bound: false,
      signal,
      progress: () => {},
      chance: createChance(1),
      stdin: () => Promise.reject(new Error('none')),
      invoke: () => Promise.reject(new Error('none')),
    }),
    finish: (result) => Promise.resolve(void finished.push(result)),
  });
  return { running, interrupts, finished };
}

const never = (): Promise<Result> => new Promise(() => {});

describe('runCommand', () => {
  test('hands the result on', async () => {
    const { running, finished } = start(
      command(() => Promise.resolve(done)),
      null,
    );
    await running;
    expect(finished).toEqual([done]);
  });

  test('a command that does not end is ended when its time is up', async () => {
    const { running } = start(command(never), 1);
    await expect(running).rejects.toMatchObject({
      code: 'timeout',
      facts: { what: 'replab test', within: '1ms' },
    });
  });

  test('an endless one is ended only when a time was given', async () => {
    const { running } = start(command(never, { endless: () => true }), 1);
    await expect(running).rejects.toMatchObject({ code: 'timeout' });
    const endless = start(command(never, { endless: () => true }), null);
    endless.interrupts.onFirst(new ReplabError('interrupted'));
    await expect(endless.running).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('a command that bounds its own wait answers before the whole is ended', async () => {
    const own = new ReplabError('no-answer', {});
    const waits = command(
      ({ timeoutMs, signal }) =>
        new Promise((_, reject) => {
          AbortSignal.timeout(timeoutMs).addEventListener('abort', () =>
            reject(signal.aborted ? new Error('too late') : own),
          );
        }),
    );
    await expect(start(waits, 1).running).rejects.toBe(own);
  });

  test('an interrupted one may take back what it began, and the interruption is what is told', async () => {
    let takenBack = false;
    const begins = command(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () =>
            setImmediate(() => {
              takenBack = true;
              reject(new Error('taken back'));
            }),
          );
        }),
      { unwindMs: 5000 },
    );
    const { running, interrupts } = start(begins, null);
    interrupts.onFirst(new ReplabError('interrupted'));
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
    expect(takenBack).toBe(true);
  });

  test('but not for ever', async () => {
    const { running, interrupts } = start(command(never, { unwindMs: 1 }), null);
    interrupts.onFirst(new ReplabError('terminated'));
    const outcome = running.catch((error: unknown) => (error as ReplabError).code);
    expect(await until('the end', () => outcome)).toBe('terminated');
  });
});
