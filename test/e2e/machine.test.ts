import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { until } from '../support/until.ts';
import { cluster, type Shell } from './replab.ts';

const status = (shell: Shell) => shell.json<Snapshot>('status');
const nodeIn = ({ nodes }: Snapshot, id: string) => nodes.find((node) => node.id === id)!;

describe('faults on a machine', { timeout: 90_000 }, () => {
  test('skew: status tells how wrong the clock is, a restart does not mend it, heal does', async () => {
    const own = await cluster();
    expect(await own.ok('skew', 'n2', '--offset', '5s', '--drift', '1%')).toMatch(
      /^f1 {2}skew n2 --offset 5s --drift 1%: in force/,
    );
    expect(nodeIn(await status(own), 'n2').clockErrorMs).toBeGreaterThanOrEqual(5000);
    await own.ok('restart', 'n2');
    const skewed = await status(own);
    expect(nodeIn(skewed, 'n2').clockErrorMs).toBeGreaterThanOrEqual(5000);
    expect(nodeIn(skewed, 'n1').clockErrorMs).toBe(0);
    expect(await own.ok('status')).toMatch(/^n2 {2}clock 5\.?\d*s ahead$/m);
    expect(await own.ok('heal')).toMatch(/^healed f1 .*: it hit \d+ stamps/);
    expect(nodeIn(await status(own), 'n2').clockErrorMs).toBe(0);
  });

  test('skew of timers: it says so, and counts those it hit', async () => {
    const own = await cluster('--nodes', '1');
    expect(await own.ok('skew', 'n1', '--monotonic-drift', '50%')).toMatch(
      /: in force, on all timers from now on$/m,
    );
    await until('a timer to be hit', async () => {
      const { faults } = await own.json<Snapshot>('faults');
      return (faults[0]!.hit.counts['timers'] ?? 0) > 0;
    });
    expect(await own.ok('heal')).toMatch(/: it hit \d+ timers$/m);
    await own.ok('skew', 'n1', '--offset', '5s', '--monotonic-drift', '50%');
    expect(Object.keys((await own.json<Snapshot>('faults')).faults[0]!.hit.counts)).toEqual([
      'stamps',
      'timers',
    ]);
  });

  test('limit: what comes faster waits, visibly, and is answered at the rate', async () => {
    const own = await cluster('--nodes', '1');
    await own.ok('limit', 'n1', '2/s');
    const from = performance.now();
    const puts = Array.from({ length: 6 }, (_, i) => own.run(['put', 'k', `${i}`]));
    await until('requests to wait', async () => (nodeIn(await status(own), 'n1').waiting.requests ?? 0) > 0);
    expect((await Promise.all(puts)).map(({ exit }) => exit)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(performance.now() - from).toBeGreaterThan(5 * 500 - 50);
    const { faults } = await own.json<Snapshot>('faults');
    expect(faults[0]!.hit.counts).toMatchObject({ requests: 6 });
    expect(faults[0]!.hit.counts['delayed']).toBeGreaterThan(0);
    expect(faults[0]!.hit.counts['waitMs']).toBeGreaterThan(0);
  });

  test('disk slow: a write takes at least so much longer', async () => {
    const own = await cluster('--nodes', '1');
    await own.ok('disk', 'n1', 'slow', '300ms');
    const from = performance.now();
    await own.ok('put', 'k', 'v');
    expect(performance.now() - from).toBeGreaterThanOrEqual(300);
    expect(await own.ok('faults')).toMatch(/ 1 commit, 300ms wait /);
  });

  test('disk full: writes are refused for certain, reads served, a restart impossible; heal mends it all', async () => {
    const own = await cluster('--sync', 'none');
    await own.ok('put', 'k', 'before');
    await own.ok('disk', 'n1', 'full');
    const refused = await own.run(['put', 'k', 'lost']);
    expect(refused.exit).toBe(8);
    expect(refused.stderr).toMatch(/full/);
    expect(await own.ok('get', 'k')).toBe('before\n');
    await own.ok('disk', 'n3', 'full');
    await own.ok('kill', 'n3');
    const start = await own.run(['start', 'n3']);
    expect(start.exit).toBe(8);
    expect(start.stderr).toMatch(/database or disk is full/);
    await own.ok('heal');
    await own.ok('start', 'n3');
    await own.ok('put', 'k', 'after');
    await own.ok('wait', 'caught-up');
    expect(await own.ok('get', 'k', '--read', 'n3')).toBe('after\n');
    expect((await own.run(['diff'])).exit).toBe(0);
  });

  test('a follower with a full disk takes nothing, and takes all of it once there is room', async () => {
    const own = await cluster();
    await own.ok('disk', 'n2', 'full');
    await own.ok('put', 'k', 'v');
    await own.ok(
      'expect',
      'nodes[id="n2"].lag.entries >= 1 and faults[0].hit.counts.refused >= 1',
      '--within',
      '10s',
    );
    await own.ok('heal', 'f1');
    await own.ok('wait', 'caught-up');
    expect((await own.run(['diff'])).exit).toBe(0);
  });

  test.for([
    [['skew', 'n1'], /Say how wrong/],
    [['skew', 'n1', '--offset', '5'], /a duration/],
    [['limit', 'n1', '100'], /like 100\/s/],
    [['limit', 'n1', '0/s'], /like 100\/s/],
    [['disk', 'n1', 'slow'], /at most 10s/],
    [['disk', 'n1', 'gone'], /slow, full/],
    [['limit', 'n1', '5/s', '--for', '0ms'], /a duration from 1ms to/],
    [['isolate', 'n1', '--for', '0s'], /a duration from 1ms to/],
    [['pause', 'n1', '--for', '0ms'], /a duration from 1ms to/],
    [['pause', 'n1', '--for', '99999999999h'], /a duration from 1ms to/],
  ] as const)('%j is a usage error that says what was expected', async ([args, why]) => {
    const own = await cluster('--nodes', '1');
    const { exit, stderr } = await own.run(args);
    expect(exit).toBe(3);
    expect(stderr).toMatch(why);
  });
});
