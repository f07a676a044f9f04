import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  identify,
  isAlive,
  killIdentity,
  waitGone,
  type ProcessIdentity,
} from '../../src/control/process-identity.ts';
import { exitCodes } from '../../src/control/exit-codes.ts';
import { errorTable } from '../../src/control/error-table.ts';
import { tempDir, until } from '../support/until.ts';
import { clusterDirIn, identitiesIn, recordIn } from './remains.ts';
import { cluster, shell, type Shell } from './replab.ts';

interface Report {
  readonly fit: boolean;
  readonly clean: boolean;
  readonly findings: readonly {
    readonly check: string;
    readonly level: string;
    readonly what: string;
    readonly removed: boolean;
  }[];
}

async function examine({ run }: Shell, ...flags: readonly string[]) {
  const { exit, stdout } = await run(['doctor', '--json', ...flags]);
  const report = JSON.parse(stdout) as Report;
  return { exit, report, left: report.findings.filter(({ level }) => level === 'left') };
}

/** A process that carries what only nodes of a cluster carry, with nobody to look after it. */
async function strayNode(stateHome: string): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], {
    env: { ...process.env, XDG_STATE_HOME: stateHome, REPLAB_TOKEN: '0123456789abcdef' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const identity = identify(child.pid!)!;
  onTestFinished(() => void killIdentity(identity, 'SIGKILL'));
  return identity;
}

describe('doctor', () => {
  test('where nothing was ever done: fit, clean, and nothing made', async () => {
    const own = shell();
    expect(await examine(own, '--expect-clean')).toMatchObject({
      exit: 0,
      report: { fit: true, clean: true },
      left: [],
    });
    expect(existsSync(join(own.env['XDG_STATE_HOME']!, 'replab'))).toBe(false);
    const { stdout } = await own.run(['doctor']);
    expect(stdout).toMatch(/^Node\.js\n {2}ok {4}Node\.js \d+/);
    expect(stdout).toMatch(/Nothing is wrong, nothing is left behind\.\n$/);
  });

  test('a cluster that is up is no leftover, but it is not clean', async () => {
    const own = await cluster('--nodes', '1');
    expect(await examine(own)).toMatchObject({ exit: 0, left: [] });
    expect(await examine(own, '--fix', '--expect-clean')).toMatchObject({
      exit: 6,
      report: { clean: false },
    });
    expect((await own.run(['doctor', '--expect-clean'])).stdout).toMatch(
      /\nNot clean: c1 still running\.\n$/,
    );
    expect(await own.ok('doctor')).toMatch(/nothing is left behind; 1 cluster up\.\n$/);
    await own.ok('status');
  });

  test('a supervisor that hangs is wrong, not up, in doctor and in ls; it is not clean, and down ends it', async () => {
    const own = await cluster('--nodes', '1');
    const { supervisor } = recordIn(own.env, 'c1');
    killIdentity(supervisor, 'SIGSTOP');
    const { exit, report } = await examine(own);
    expect(exit).toBe(1);
    expect(report).toMatchObject({ fit: false, clean: false });
    expect(report.findings.filter(({ check }) => check === 'clusters')).toMatchObject([
      {
        level: 'trouble',
        what: expect.stringContaining(`c1 does not answer: its supervisor (pid ${supervisor.pid})`),
        fix: expect.stringMatching(/`replab down -c c1` .*`replab down -c c1 --keep`/),
      },
    ]);
    const ended = await own.run(['doctor', '--fix', '--expect-clean']);
    expect(ended).toMatchObject({ exit: 6 });
    expect(ended.stdout).toMatch(/\n1 thing wrong; not clean: c1 still running\.\n$/);
    expect(await own.json('ls')).toMatchObject({ clusters: [{ name: 'c1', state: 'unresponsive' }] });
    expect(await own.ok('ls')).toMatch(/^c1 +unresponsive /m);
    await own.ok('down', '--timeout', '3s');
    expect(await examine(own, '--expect-clean')).toMatchObject({ exit: 0, left: [] });
  });

  test('a supervisor that was killed: --fix keeps the data and takes the socket', async () => {
    const own = await cluster('--nodes', '2');
    await own.ok('put', 'x', '1', '--save', 'r1');
    const record = recordIn(own.env, 'c1');
    killIdentity(record.supervisor, 'SIGKILL');
    await waitGone(identitiesIn(record), 5000);
    const { exit, left } = await examine(own, '--expect-clean');
    expect(exit).toBe(6);
    expect(left.map(({ check }) => check)).toEqual(['clusters', 'sockets']);
    expect((await own.run(['doctor', '--expect-clean'])).stdout).toMatch(
      /\nNot clean: 2 things left behind\.\n$/,
    );
    const fixed = await own.run(['doctor', '--fix']);
    expect(fixed).toMatchObject({ exit: 0, stderr: '' });
    expect(fixed.stdout).toMatch(/^ {2}kept {2}c1 is down and its data are kept\.$/m);
    expect(fixed.stdout).toMatch(/^ {2}gone {2}Nobody listens on .*control\.sock\.$/m);
    expect(await own.json('ls')).toMatchObject({ clusters: [{ state: 'kept' }] });
    expect(await examine(own, '--expect-clean')).toMatchObject({ exit: 0, left: [] });
    await own.ok('up', '-q');
    expect(await own.ok('get', 'x')).toBe('1\n');
    await own.ok('down');
    expect(existsSync(clusterDirIn(own.env, 'c1'))).toBe(false);
  });

  test('nodes without a supervisor end; those of another state directory are none of its business', async () => {
    const own = shell();
    const stray = await strayNode(own.env['XDG_STATE_HOME']!);
    const other = await strayNode(tempDir());
    const { left } = await examine(own);
    expect(left.map(({ what }) => what)).toEqual([`A node runs without a supervisor: pid ${stray.pid}.`]);
    expect(isAlive(stray)).toBe(true);
    expect(await examine(own, '--fix', '--expect-clean')).toMatchObject({ exit: 0, report: { clean: true } });
    expect([isAlive(stray), isAlive(other)]).toEqual([false, true]);
  });

  test('a supervisor whose directory was removed under it ends, and its nodes with it', async () => {
    const own = await cluster('--nodes', '2');
    const record = recordIn(own.env, 'c1');
    rmSync(clusterDirIn(own.env, 'c1'), { recursive: true });
    expect((await examine(own, '--fix')).exit).toBe(0);
    await until('the nodes to end', () => !identitiesIn(record).some(isAlive));
    expect(await examine(own, '--expect-clean')).toMatchObject({ exit: 0 });
  });
});

describe('tables', () => {
  test('errors: all of them, one, those of an exit code', async () => {
    const { json, ok, run } = shell();
    const all = await json<{ errors: readonly { code: string; exit: number }[] }>('errors');
    expect(all.errors.map(({ code }) => code).toSorted()).toEqual(Object.keys(errorTable).toSorted());
    const unknown = await json<{ errors: readonly { definite: boolean }[] }>(
      'errors',
      String(exitCodes.unknown),
    );
    expect(unknown.errors.length).toBeGreaterThan(3);
    expect(unknown.errors.every(({ definite }) => !definite)).toBe(true);
    expect(await ok('errors', 'no-such-node')).toContain('There is no node called NODE.');
    expect(await run(['errors', 'no-such-nod'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('Did you mean no-such-node?'),
    });
    expect((await run(['errors', '77'])).exit).toBe(3);
  });

  test('modes, with their settings', async () => {
    const { json, ok, run } = shell();
    expect(await json('modes')).toMatchObject({ modes: [{ name: 'single-leader' }] });
    expect(await ok('modes', 'single-leader')).toContain('--sync none|K|all|NODE|majority');
    expect(await run(['modes', 'single-leadr'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('Did you mean'),
    });
  });
});
