import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identify, isAlive, killIdentity, type ProcessIdentity } from '../../src/control/process-identity.ts';
import { until } from '../support/until.ts';
import { cluster, type Shell } from './replab.ts';

interface Started {
  readonly id: string;
  readonly pid: number;
  readonly event: number;
  readonly history: string;
}

const inBackground = (own: Shell, ...args: readonly string[]): Promise<Started> =>
  own.json<Started>('load', ...args, '--background');

function processOf({ pid }: Started): ProcessIdentity {
  const identity = identify(pid);
  if (identity === null) throw new Error(`there is no process ${pid}`);
  return identity;
}

describe('load --background', () => {
  test('goes on by itself, until it is stopped: then it says what it came to, and says it again', async () => {
    const own = await cluster();
    expect(await own.ok('load', 'ls')).toContain('no load yet');
    expect((await own.ok('load', 'register', '--background', '-q')).trim()).toBe('l1');
    const second = await inBackground(own, 'session');
    expect(second).toMatchObject({
      schema: 'replab.load-started/1',
      id: 'l2',
      workload: 'session',
      changed: true,
    });
    const identity = processOf(second);
    const running = await own.json('load', 'ls');
    expect(running).toMatchObject({
      loads: [
        { id: 'l1', state: 'running' },
        { id: 'l2', pid: second.pid },
      ],
    });
    expect(await own.ok('doctor')).toContain('c1 is up, with 3 nodes and 2 loads.');
    expect(await own.run(['load', 'stop'])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('l1, l2'),
    });

    const stopped = await own.json<{ readonly ok: number }>('load', 'stop', 'l1', '--save', 'l');
    expect(stopped).toMatchObject({
      schema: 'replab.load/1',
      id: 'l1',
      changed: true,
      finals: ['n1', 'n2', 'n3'],
    });
    expect(stopped.ok).toBeGreaterThan(0);
    await own.ok('expect', 'l.ok > 0 and l.staleReads = 0');
    expect(await own.json('load', 'stop', 'l1')).toMatchObject({ ok: stopped.ok, changed: false });
    expect(await own.json('load', 'stop')).toMatchObject({ id: 'l2', changed: true });
    expect(await own.run(['load', 'stop'])).toMatchObject({ exit: 4 });
    expect(await own.run(['load', 'stop', 'l7'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('l7'),
    });
    await until('its process has ended', () => !isAlive(identity));
    expect(await own.json('load', 'ls')).toMatchObject({
      loads: [{ state: 'ended' }, { state: 'ended', pid: null }],
    });
    expect(await own.json('check', 'l1', '--as', 'linearizable')).toMatchObject({ verdict: 'valid' });
  });

  test('when nothing is acknowledged, exit 5 says what operations met; and nothing goes on', async () => {
    const own = await cluster();
    await own.ok('kill', 'n1');
    const { exit, stderr } = await own.run(['load', 'register', '--background', '--timeout', '4s']);
    expect({ exit, stderr }).toMatchObject({
      exit: 5,
      stderr: expect.stringMatching(/Operations met: \d+ no-leader/),
    });
    await until('it has ended', async () => {
      const { loads } = await own.json<{ readonly loads: readonly { readonly state: string }[] }>(
        'load',
        'ls',
      );
      return loads.every(({ state }) => state === 'ended');
    });
    expect(await own.ok('doctor')).toContain('c1 is up, with 3 nodes.');
  });

  test('one in another terminal is stopped the same way', async () => {
    const own = await cluster();
    const started = own.start(['load', 'register', '--for', '10m', '--json']);
    const file = join(own.env['XDG_STATE_HOME']!, 'replab', 'c1', 'history', 'l1.ndjson');
    await until('it goes on', () => readFileSync(file, 'utf8').includes('"type":"ok"'));
    expect(await own.json('load', 'stop')).toMatchObject({ id: 'l1', changed: true });
    expect(await started.ended).toMatchObject({ exit: 0, stdout: expect.stringContaining('"id":"l1"') });
  });

  test('down ends it; kept, its result is there', async () => {
    const own = await cluster();
    const identity = processOf(await inBackground(own, 'register'));
    await own.ok('down', '--keep');
    expect(isAlive(identity)).toBe(false);
    await own.ok('up', '-q');
    expect(await own.json('load', 'stop', 'l1')).toMatchObject({ id: 'l1', changed: false });
    const next = await inBackground(own, 'register');
    expect(next.id).toBe('l2');
    const other = processOf(next);
    await own.ok('down');
    expect(isAlive(other)).toBe(false);
  });

  test('the supervisor dies, and it too; its history is whole', async () => {
    const own = await cluster();
    const started = await inBackground(own, 'register', '--keys', '1');
    const identity = processOf(started);
    const enough = () => readFileSync(started.history, 'utf8').split('"type":"ok"').length > 50;
    await until('enough is recorded', enough);
    const { clusters } = await own.json<{ readonly clusters: readonly { readonly pid: number }[] }>('ls');
    killIdentity(identify(clusters[0]!.pid)!, 'SIGKILL');
    await until('it has ended', () => !isAlive(identity));
    expect(await own.json('check', 'l1', '--as', 'linearizable', '-c', 'c1')).toMatchObject({
      verdict: 'valid',
    });
    expect(await own.ok('doctor')).toContain('None runs without its cluster.');
    await own.ok('up', '-q');
    expect(await own.run(['load', 'stop', 'l1'])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('l1 was killed'),
    });
  });
});
