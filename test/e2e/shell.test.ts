import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installed } from '../support/installed.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { bin, cluster, shell, type Shell } from './replab.ts';

describe('a script on standard input', () => {
  const run = ({ run: start }: Shell, lines: readonly string[], ...flags: readonly string[]) =>
    start(['shell', ...flags], { input: lines.join('\n') });

  test('lines run one after another, echo nothing, and end with the first that fails', async () => {
    const own = await cluster('--nodes', '1');
    const all = await run(
      own,
      ['put x 2', '', '# a comment', "put 'a key' 'two", "lines'", 'get x', "get 'a key'"],
      '-q',
    );
    expect(all).toMatchObject({ exit: 0, stderr: '' });
    expect(all.stdout).toMatch(/^ok .*\nok .*\n2\ntwo\nlines\n$/);
    const failing = await run(own, ['get x', 'get x --read n9', 'put x 3']);
    expect(failing).toMatchObject({
      exit: 4,
      stdout: '2\n',
      stderr: expect.stringContaining('line 2: exit 4'),
    });
    expect(await own.ok('get', 'x')).toBe('2\n');
  });

  test('--keep-going runs them all, and still says that one failed', async () => {
    const own = await cluster('--nodes', '1');
    const ran = await run(own, ['nonsense', 'put x 3', 'get x --read n9'], '--keep-going');
    expect(ran).toMatchObject({ exit: 3, stderr: expect.stringMatching(/line 1: exit 3[^]*line 3: exit 4/) });
    expect(await own.ok('get', 'x')).toBe('3\n');
  });

  test('! for failures that are meant; exit leaves, with a code', async () => {
    const own = await cluster('--nodes', '1');
    expect(await run(own, ['! get x --read n9', 'exit 7', 'nonsense'])).toMatchObject({ exit: 7 });
    expect(await run(own, ['! status'])).toMatchObject({ exit: 1 });
    expect(await run(own, ['exit'])).toMatchObject({ exit: 0 });
    expect(await run(own, [])).toMatchObject({ exit: 0, stdout: '' });
  });

  test('what only another shell understands, and what would take the lines themselves', async () => {
    const own = await cluster('--nodes', '1');
    for (const [line, says] of [
      ['get x | head', '| means nothing here'],
      ["put x 'open", 'A quote is not closed'],
      ['put x -', 'Standard input belongs to the shell'],
      ['shell', 'There is a shell already'],
    ] as const) {
      expect(await run(own, [line])).toMatchObject({ exit: 3, stderr: expect.stringContaining(says) });
    }
  });

  test('options of the shell are those of its lines; results that are kept are found again', async () => {
    const own = await cluster('-c', 'other', '--nodes', '1');
    await own.ok('up', '-q', '-c', 'second', '--nodes', '1');
    const lines = ['put x 1', 'get x --save r1', `expect 'r1.value = "1"'`];
    const { stdout, exit } = await run(own, lines, '-c', 'other', '--json');
    expect(exit).toBe(0);
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { cluster: string; schema: string });
    expect(documents.map(({ schema }) => schema)).toEqual([
      'replab.put/1',
      'replab.get/1',
      'replab.expect/1',
    ]);
    expect(documents.every(({ cluster: name }) => name === 'other')).toBe(true);
  });
});

/** Keys before that would be the command's, or the terminal's own. */
async function atPrompt({ lines }: Terminal): Promise<void> {
  const last = (): string => lines().findLast((line) => line !== '') ?? '';
  await until('a prompt', () => /^\S*> *$/.test(last()), { show: () => lines().join('\n') });
}

describe.skipIf(!installed(['script', 'stty'], 'terminals come from util-linux and coreutils'))(
  'at a terminal',
  () => {
    const open = ({ env }: Shell, flags = '') =>
      openTerminal(`'${process.execPath}' '${bin}' shell ${flags}; echo "left with $?"`, {
        env,
        columns: 100,
        rows: 40,
      });

    test('a prompt, completion, history over two shells, Ctrl-D', async () => {
      const own = await cluster('--nodes', '2');
      await own.ok('put', 'x', 'one');
      const first = open(own);
      await first.shows(/^c1> $|^c1>$/);
      first.type('get x\r');
      await first.shows(/^one$/);
      await atPrompt(first);
      first.type('wait runn\t');
      await first.shows('wait running');
      first.type('\r');
      await first.shows(/^running after/);
      await atPrompt(first);
      first.type('log @leader.o\t');
      await first.shows('log @leader.old');
      first.type('\r');
      await first.shows('@leader.old is nobody now');
      await atPrompt(first);
      first.type('put y "a\r');
      await first.shows(/^> *$/);
      first.type('b"\r');
      await first.shows(/^ok /);
      await atPrompt(first);
      first.type('\u0004');
      await first.shows('left with 0');

      const second = open(own);
      await second.shows(/^c1>/);
      // The log, then the wait, then the get: a line that has a quote open is not kept.
      second.type('\u001B[A\u001B[A\u001B[A\r');
      await second.shows(/^one$/);
      await atPrompt(second);
      second.type('exit 3\r');
      await second.shows('left with 3');
      const file = join(own.env['XDG_STATE_HOME']!, 'replab', '.shell-history');
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    test('Ctrl-C ends what runs, or what is typed, and keeps the shell', async () => {
      const own = await cluster('--nodes', '1');
      const terminal = open(own);
      await terminal.shows(/^c1>/);
      terminal.type('wait no-leader\r');
      await terminal.shows('waiting for no-leader');
      terminal.type('\u0003');
      await terminal.shows('Interrupted.');
      await atPrompt(terminal);
      terminal.type('put x "never\r');
      await terminal.shows(/^> *$/);
      terminal.type('\u0003');
      terminal.type('incr n\r');
      await terminal.shows(/^1 {2}at /);
      terminal.type('incr not-thi\u0003');
      terminal.type('incr n\r');
      await terminal.shows(/^2 {2}at /);
      terminal.type('exit\r');
      await terminal.shows('left with 0');
      expect((await own.run(['expect', '$count(leaders) = 1'])).exit).toBe(0);
    });

    test(
      'lines that are pasted together run in turn; a screen gives the prompt back',
      { timeout: 60_000 },
      async () => {
        const own = await cluster('--nodes', '1');
        const terminal = open(own);
        await terminal.shows(/^c1>/);
        terminal.type('incr n\rincr n\rincr n\r');
        await terminal.shows(/^3 {2}at /);
        terminal.type('watch\r');
        await terminal.shows('q leave');
        terminal.type('q');
        await terminal.shows('watch left');
        await atPrompt(terminal);
        terminal.type('incr n\r');
        await terminal.shows(/^4 {2}at /);
        await atPrompt(terminal);
        terminal.type('\u0004');
        await terminal.shows('left with 0');
        expect(await own.ok('get', 'n')).toBe('4\n');
      },
    );

    test('without a cluster it opens all the same', async () => {
      const terminal = open(shell(), '-q');
      await terminal.shows(/^replab>/);
      terminal.type('status\r');
      await terminal.shows('No cluster is up.');
      await atPrompt(terminal);
      terminal.type('\u0004');
      await terminal.shows('left with 0');
      expect(await terminal.ended).toBe(0);
    });
  },
);
