import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { summarizeClusters } from '../../src/control/attach.ts';
import { readRecord } from '../../src/control/cluster-record.ts';
import { isAlive, listMarked, markVariable } from '../../src/control/process-identity.ts';
import { processesOf } from '../../src/control/remains.ts';
import { clusterDir } from '../../src/control/state-dir.ts';
import { takeDownCluster } from '../../src/control/take-down.ts';
import { entryFile } from '../../src/engines/entries.ts';
import { launchCluster } from '../../src/supervisor/launch.ts';
import { tempDir, until } from '../support/until.ts';
import { endAfterTest, recordIn } from './live.ts';
import { specOf } from './specs.ts';

const fixture = fileURLToPath(new URL('fixtures/launches.ts', import.meta.url));

interface Elsewhere {
  readonly child: ChildProcess;
  readonly said: readonly string[];
  /** Carried by that process and by the supervisor it starts, which does not find nodes by it. */
  readonly mark: string;
}

/** `up` in a process of its own; `said` grows as it speaks. */
function upElsewhere(root: string, name: string): Elsewhere {
  endAfterTest(root, name);
  const mark = `up-${process.pid}-${performance.now()}`;
  const env = { ...process.env, [markVariable]: mark };
  const child = spawn(process.execPath, [fixture, root, name], { stdio: ['ignore', 'pipe', 'inherit'], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  child.stdout.on('data', (data: Buffer) => said.push(...data.toString().trim().split('\n')));
  return { child, said, mark };
}

describe('up, interrupted', { timeout: 60_000 }, () => {
  test.for(['SIGKILL', 'SIGINT'] as const)(
    '%s while it comes up: the half-started cluster goes down',
    async (signal) => {
      const root = tempDir();
      const { child, said } = upElsewhere(root, 'c1');
      await until('nodes are starting', () => said.includes('starting 3 nodes'));
      const record = recordIn(root, 'c1');
      child.kill(signal);
      await until('nothing is left', () => {
        const gone = !isAlive(record.supervisor) && processesOf(record).length === 0;
        return gone && !existsSync(clusterDir(root, 'c1'));
      });
      expect(said).not.toContain('up');
    },
  );

  test('a launcher that dies before it has said what to start leaves no supervisor', async () => {
    const supervisor = spawn(process.execPath, [entryFile('supervisor'), clusterDir(tempDir(), 'c1')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    onTestFinished(() => void supervisor.kill('SIGKILL'));
    supervisor.disconnect();
    await until('it has ended', () => supervisor.exitCode !== null);
    expect(supervisor.exitCode).toBe(0);
  });

  test('SIGKILL at any moment leaves nothing running, or a cluster that works', async () => {
    const root = tempDir();
    for (const [i, afterMs] of [0, 40, 80, 120, 180, 260, 360].entries()) {
      const name = `k${i}`;
      const { child, mark } = upElsewhere(root, name);
      const end = performance.now() + afterMs;
      await until('it is that far', () => performance.now() >= end);
      child.kill('SIGKILL');
      await until('down, or up', () => {
        const read = readRecord(clusterDir(root, name));
        return listMarked(mark).length === 0 || (read.type === 'record' && read.record.phase === 'ready');
      });
    }
    for (const { name, state } of summarizeClusters(root)) {
      expect(state).toBe('up');
      expect(await takeDownCluster(root, name, { keep: false })).toEqual({
        was: 'up',
        ended: 4,
        event: expect.any(Number),
      });
    }
  });

  test('aborting `up` waits until all is gone, and gives the reason', async () => {
    const root = tempDir();
    endAfterTest(root, 'c1');
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('enough'));
    await expect(
      launchCluster({ root, name: 'c1', spec: specOf('c1', 3), signal: abort.signal, onProgress }),
    ).rejects.toThrow('enough');
    expect(readdirSync(root)).toEqual([]);
  });
});
