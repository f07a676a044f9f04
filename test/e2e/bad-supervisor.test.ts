import { describe, expect, test } from 'vitest';
import { readRecord } from '../../src/control/cluster-record.ts';
import { isAlive, killIdentity, stateOf, waitGone } from '../../src/control/process-identity.ts';
import { cluster, shell } from './replab.ts';
import { clusterDirIn, recordIn, identitiesIn } from './remains.ts';

describe('a supervisor that hangs', () => {
  test('commands end within their --timeout and say what to do; down ends everything by force', async () => {
    const { env, run, ok } = await cluster('--nodes', '2');
    await ok('put', 'x', '1');
    await ok('pause', 'n2');
    const record = recordIn(env, 'c1');
    killIdentity(record.supervisor, 'SIGSTOP');
    for (const args of [['status'], ['put', 'x', '2'], ['events'], ['isolate', 'n1'], ['wait', 'leader']]) {
      expect(await run([...args, '--timeout', '600ms'])).toMatchObject({
        exit: 5,
        stdout: '',
        stderr: expect.stringMatching(/The supervisor of c1 does not answer\.[^]*replab down -c c1 --keep/),
      });
    }
    expect(await run(['up'])).toMatchObject({ exit: 8, stderr: expect.stringContaining('is already up') });
    expect(await run(['down', '--timeout', '6s'])).toMatchObject({
      exit: 0,
      stdout:
        'c1 is down by force, since its supervisor did not answer: 3 processes ended, none is left; its data are removed\n',
    });
    expect(identitiesIn(record).filter(isAlive)).toEqual([]);
    expect(await run(['status'])).toMatchObject({ exit: 4 });
  });

  test('down --keep keeps what was acknowledged', async () => {
    const { env, run, ok, json } = await cluster('--nodes', '2', '--sync', '1');
    await ok('put', 'x', '1');
    const record = recordIn(env, 'c1');
    killIdentity(record.supervisor, 'SIGSTOP');
    expect(await json('down', '--keep', '--timeout', '6s')).toMatchObject({ forced: true, ended: 3 });
    expect(identitiesIn(record).filter(isAlive)).toEqual([]);
    expect(await run(['get', 'x'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('its data are kept'),
    });
    await ok('up', '-q');
    expect(await ok('get', 'x')).toBe('1\n');
  });

  test('one that hangs while it takes the cluster down does not keep down from ending it', async () => {
    const { env, start, ok } = await cluster('--nodes', '3');
    await ok('put', 'x', '1');
    const record = recordIn(env, 'c1');
    // It is stopped somewhere between the request and its own end.
    const { ended } = start(['down', '--timeout', '6s']);
    killIdentity(record.supervisor, 'SIGSTOP');
    expect(await ended).toMatchObject({ exit: 0 });
    expect(identitiesIn(record).filter(isAlive)).toEqual([]);
  });
});

describe('a supervisor that is killed', () => {
  test('no node survives, running or paused; every command says so, down cleans up', async () => {
    const { env, run, ok, json } = await cluster('--nodes', '3');
    await ok('put', 'x', '1');
    await ok('pause', 'n1', 'n3');
    const record = recordIn(env, 'c1');
    expect(identitiesIn(record).map(stateOf)).toEqual(['alive', 'paused', 'alive', 'paused']);
    killIdentity(record.supervisor, 'SIGKILL');
    expect(await waitGone(identitiesIn(record), 5000)).toEqual([]);
    for (const args of [['status'], ['get', 'x'], ['kill', 'n1'], ['events']]) {
      expect(await run(args)).toMatchObject({ exit: 4, stderr: expect.stringContaining('is gone') });
    }
    expect(await json('ls')).toMatchObject({ clusters: [{ name: 'c1', state: 'gone' }] });
    expect(await json('down', '--keep')).toMatchObject({ kept: true });
    expect(await json('ls')).toMatchObject({ clusters: [{ name: 'c1', state: 'kept' }] });
    await ok('up', '-q');
    expect(await ok('get', 'x')).toBe('1\n');
    await ok('down');
    expect(readRecord(clusterDirIn(env, 'c1')).type).toBe('missing');
  });
});

test('two `up` of one name at once: exactly one has it, the others say so, and it works', async () => {
  const { run, ok, json } = shell();
  const all = await Promise.all(Array.from({ length: 4 }, () => run(['up', '-q', '--nodes', '2'])));
  expect(all.map(({ exit }) => exit).toSorted((a, b) => a! - b!)).toEqual([0, 8, 8, 8]);
  for (const { exit, stderr } of all) if (exit === 8) expect(stderr).toContain('Cluster c1 is already up.');
  await ok('put', 'x', '1');
  expect((await json<{ clusters: unknown[] }>('ls')).clusters).toHaveLength(1);
});
