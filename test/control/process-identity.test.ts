import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  identify,
  isAlive,
  killIdentity,
  listMarked,
  markVariable,
  stateOf,
  waitGone,
} from '../../src/control/process-identity.ts';
import { until } from '../support/until.ts';

async function sleeper(env: Readonly<Record<string, string>> = {}): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore', env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child as ChildProcess & { pid: number };
}

describe('identity of a process', () => {
  test('is that of a running process, and of no other', async () => {
    const child = await sleeper();
    const identity = identify(child.pid)!;
    expect(identity.pid).toBe(child.pid);
    expect(isAlive(identity)).toBe(true);
    expect(identify(child.pid)).toEqual(identity);
  });

  test('ends with the process', async () => {
    const child = await sleeper();
    const identity = identify(child.pid)!;
    expect(killIdentity(identity, 'SIGKILL')).toBe(true);
    expect(await waitGone([identity], 5000)).toEqual([]);
    expect([identify(child.pid), isAlive(identity)]).toEqual([null, false]);
    expect(killIdentity(identity, 'SIGKILL')).toBe(false);
  });

  test('a zombie has ended', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    await until('the child of `sleep` ended', () => identify(Number(line)) === null);
    // Its entry in the process table is still there.
    expect(process.kill(Number(line), 0)).toBe(true);
  });

  test('a reused pid is another process: not alive, and never signalled', async () => {
    const child = await sleeper();
    const earlier = { pid: child.pid, startTime: 'before-this:1' };
    expect(isAlive(earlier)).toBe(false);
    expect(killIdentity(earlier, 'SIGKILL')).toBe(false);
    expect(await waitGone([earlier], 5000)).toEqual([]);
    expect(identify(child.pid)).not.toBeNull();
  });

  test('tells a stopped process from a running one', async () => {
    const identity = identify((await sleeper()).pid)!;
    expect(stateOf(identity)).toBe('alive');
    killIdentity(identity, 'SIGSTOP');
    await until('it is stopped', () => stateOf(identity) === 'paused');
    killIdentity(identity, 'SIGCONT');
    await until('it runs', () => stateOf(identity) === 'alive');
  });

  test('waiting has an end: what does not go is named', async () => {
    const identity = identify((await sleeper()).pid)!;
    expect(await waitGone([identity], 30)).toEqual([identity]);
  });
});

describe.runIf(process.platform === 'linux')('processes found by their mark', () => {
  test('those that carry it in their environment, children of theirs too, and no others', async () => {
    const mark = `mark-${process.pid}-${performance.now()}`;
    const marked = await sleeper({ [markVariable]: mark });
    await sleeper({ [markVariable]: `${mark}0` });
    await sleeper({ OTHER: `${markVariable}=${mark}` });
    await until('it runs its program', () => listMarked(mark).length > 0);
    expect(listMarked(mark).map(({ pid }) => pid)).toEqual([marked.pid]);
  });
});
