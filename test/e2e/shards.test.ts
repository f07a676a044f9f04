import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { until } from '../support/until.ts';
import { cluster } from './replab.ts';

/** x is in the first of two shards, y in the second. */
const seconds = { timeout: 90_000 };

function replicaOf({ nodes }: Snapshot, id: string, shard: number) {
  return nodes.find((node) => node.id === id)!.replicas[shard]!;
}

describe('up --shards 2', () => {
  test(
    'one leader’s link to a follower is cut: that shard lags there, and the other is current',
    seconds,
    async () => {
      const { ok, run, json } = await cluster('--shards', '2');
      expect(await ok('put', 'x', '1')).toMatch(/^ok 1@n1\/3, on \d of 3, shard 0\n$/);
      expect(await ok('put', 'y', '1')).toMatch(/^ok 2@n2\/3, on \d of 3, shard 1\n$/);
      await ok('wait', 'caught-up');
      await ok('cut', '@leader:1:n3');
      await ok('put', 'x', '2');
      await ok('put', 'y', '2');
      await ok('wait', 'caught-up', '--shard', '0');
      expect(await run(['wait', 'caught-up', '--timeout', '200ms'])).toMatchObject({ exit: 5 });
      expect(await ok('get', 'x', '--read', 'n3')).toBe('2\n');
      expect(await ok('get', 'y', '--read', 'n3')).toBe('1\n');
      expect(await ok('get', 'y', '--read', '@leader')).toBe('2\n');
      const shot = await json<Snapshot>('status');
      expect([0, 1].map((shard) => replicaOf(shot, 'n3', shard).lag.entries)).toEqual([0, 1]);
      await ok(
        'expect',
        'nodes[id = "n3"].replicas[shard = 1].lag.entries = 1 and divergence.state = "behind"',
      );
      const diff = await run(['diff', '--json']);
      expect(diff.exit).toBe(2);
      expect(JSON.parse(diff.stdout)).toMatchObject({
        state: 'behind',
        shards: [{ state: 'equal' }, { state: 'behind' }],
      });

      // What n3 has not received of one shard keeps it from leading that one only.
      const refused = await run(['promote', 'n3', '--shard', '1']);
      expect(refused).toMatchObject({
        exit: 8,
        stderr: expect.stringContaining('promote -c c1 n3 --shard 1 --force'),
      });
      expect(await ok('promote', 'n3')).toMatch(/^n3 leads shard 0 in epoch 3@n3\n/);
      await ok('heal');
      await ok('wait', 'converged');
      expect(await ok('promote', 'n1', '--shard', '1')).toMatch(/^n1 leads shard 1 in epoch 4@n1\n/);
      await ok('wait', 'leader', 'n1', '--shard', '1');
      expect(await run(['wait', 'leader', 'n1', '--shard', '0', '--timeout', '100ms'])).toMatchObject({
        exit: 5,
      });
      expect(await ok('put', 'y', '3')).toContain('4@n1/');
      expect(await ok('log', '--shard', '1')).toMatch(/y = "3" {2}\(was "2"\)\n$/);
      expect(await ok('log')).not.toContain('y =');
    },
  );

  test(
    'S1: a session has seen a position of each shard, and is served by who has it there',
    seconds,
    async () => {
      const { ok, json } = await cluster('--shards', '2');
      const alice = ['--as', 'alice', '--guarantee', 'read-your-writes'];
      await ok('put', 'x', '1', ...alice);
      await ok('put', 'y', '1', ...alice);
      await ok('wait', 'caught-up');
      await ok('cut', 'n2:n3');
      await ok('put', 'x', '2', ...alice);
      await ok('put', 'y', '2', ...alice);
      await ok('wait', 'caught-up', '--shard', '0');
      expect(await json('get', 'x', '--read', 'n3', ...alice)).toMatchObject({
        value: '2',
        node: 'n3',
        shard: 0,
        role: 'follower',
      });
      expect(await json('get', 'y', '--read', 'n3')).toMatchObject({ value: '1', node: 'n3' });
      // n3 lacks what alice wrote to this shard: the leader of the shard serves it.
      expect(await json('get', 'y', '--read', 'n3', ...alice)).toMatchObject({
        value: '2',
        node: 'n2',
        shard: 1,
        role: 'leader',
      });
    },
  );

  test('keys of several shards are refused, keys with a tag are together', seconds, async () => {
    const { ok, run, json } = await cluster('--shards', '2');
    await ok('put', 'x', '1');
    await ok('put', 'y', '1');
    const apart = await run(['del', 'x', 'y', '--json']);
    expect(apart.exit).toBe(8);
    expect(JSON.parse(apart.stdout)).toMatchObject({ error: { code: 'cross-shard', definite: true } });
    expect(await ok('get', 'x')).toBe('1\n');
    await ok('put', 'cart:{alice}', '1');
    await ok('put', 'address:{alice}', '1');
    expect(await json('del', 'cart:{alice}', 'address:{alice}')).toMatchObject({ deleted: 2 });
    expect(await run(['promote', 'n1', '--shard', '2'])).toMatchObject({ exit: 4 });
    expect(await run(['up', '--shards', '9'])).toMatchObject({ exit: 3 });
  });

  test(
    'the leader of one shard dies: the other goes on; both come back with it, and after down --keep',
    seconds,
    async () => {
      const { ok, run, json } = await cluster('--shards', '2');
      await ok('put', 'x', '1');
      await ok('put', 'y', '1');
      await ok('wait', 'caught-up');
      const killed = await run(['kill', '@leader:1']);
      expect(killed).toMatchObject({ exit: 0, stdout: expect.stringContaining('n2 killed') });
      expect(killed.stderr).toContain('promote -c c1 @follower.0:1 --shard 1');
      expect(await run(['put', 'y', '2', '--timeout', '2s'])).toMatchObject({
        exit: 8,
        stderr: expect.stringContaining('Shard 1 has no leader'),
      });
      await ok('put', 'x', '2');
      await ok('promote', '@follower.0:1', '--shard', '1');
      await ok('put', 'y', '2');
      await ok('start', 'n2');
      await ok('wait', 'converged');
      expect([await ok('get', 'x', '--read', 'n2'), await ok('get', 'y', '--read', 'n2')]).toEqual([
        '2\n',
        '2\n',
      ]);

      await ok('down', '--keep');
      expect(await run(['up', '--shards', '3'])).toMatchObject({ exit: 8 });
      await ok('up');
      await until(
        'both to be there',
        async () => (await json<Snapshot>('status')).divergence.state === 'equal',
      );
      expect([await ok('get', 'x'), await ok('get', 'y')]).toEqual(['2\n', '2\n']);
      expect(await ok('reset')).toMatch(/^c1 is empty, led in epochs \d+@n1\.2, \d+@n2\.2, after /);
      expect(await ok('get', 'y')).toBe('');
    },
  );
});
