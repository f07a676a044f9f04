import { beforeEach, describe, expect, test } from 'vitest';
import type { ReplicaView, Snapshot } from '../../src/cluster/snapshot.ts';
import { shardOf } from '../../src/protocol/shard.ts';
import { until } from '../support/until.ts';
import { specOf } from './specs.ts';
import { ask, eventsAfter, freshSnapshot, useCluster, type Live } from './live.ts';

function leadersOf({ leaders }: Snapshot): readonly string[] {
  return leaders.filter(({ newest }) => newest).map(({ id, shard }) => `${shard} ${id}`);
}

/** `n2 0`: the replica of the first shard at n2. */
function replicaOf(snapshot: Snapshot, what: string): ReplicaView {
  const [id, shard] = what.split(' ');
  return snapshot.nodes.find((node) => node.id === id)!.replicas[Number(shard)]!;
}

async function allCaughtUp(live: Live, leaders: readonly string[]): Promise<Snapshot> {
  return await until('both shards to be led and caught up', async () => {
    const shot = await freshSnapshot(live.cluster);
    const replicas = shot.nodes.flatMap((node) => node.replicas);
    const equal = replicas.every(
      ({ lag, rewinding }) => lag.entries === 0 && !lag.forked && rewinding === false,
    );
    return equal && leadersOf(shot).join() === leaders.join() && shot;
  });
}

describe('S3: a cluster with two shards', { timeout: 60_000 }, () => {
  const live = useCluster({ ...specOf('two', 3, { 'write-timeout': '2s' }), shards: 2 });

  beforeEach(async () => {
    await live.cluster.client.request('reset', {});
  });

  test('is led by n1 and n2; each write goes to its key’s shard', async () => {
    expect([shardOf('x', 2), shardOf('y', 2)]).toEqual([0, 1]);
    expect(await ask(live.cluster, 'n1', 'SET x 1')).toBe('+OK');
    expect(await ask(live.cluster, 'n2', 'SET y 2')).toBe('+OK');
    const { address } = (await freshSnapshot(live.cluster)).nodes[1]!;
    expect(await ask(live.cluster, 'n1', 'SET y 3')).toBe(
      `-READONLY n1 is a follower; the leader is n2 at ${address.client}`,
    );
    const shot = await allCaughtUp(live, ['0 n1', '1 n2']);
    for (const node of shot.nodes) {
      expect(node.replicas.map(({ shard, keys }) => [shard, keys])).toEqual([
        [0, 1],
        [1, 1],
      ]);
      const { shard: _, ...first } = node.replicas[0]!;
      expect(node).toMatchObject(first);
    }
    expect(shot.divergence.state).toBe('equal');
    expect(shot.leaders.map(({ epoch }) => epoch.node)).toEqual(['n1', 'n2']);
    const epochs = new Set(shot.leaders.map(({ epoch }) => epoch.number));
    expect(epochs.size).toBe(2);
  });

  test('one leader’s link is cut: its shard lags at that follower, the other is current', async () => {
    const { client } = live.cluster;
    await client.request('fault', {
      fault: { kind: 'cut', from: ['n2'], to: ['n3'], reset: false } as never,
    });
    await ask(live.cluster, 'n1', 'SET x 1');
    await ask(live.cluster, 'n2', 'SET y 1');
    const shot = await until('n3 to have what it can', async () => {
      const seen = await freshSnapshot(live.cluster);
      return replicaOf(seen, 'n3 0').keys === 1 && replicaOf(seen, 'n1 1').keys === 1 && seen;
    });
    expect(replicaOf(shot, 'n3 0').lag).toMatchObject({ entries: 0, forked: false });
    expect(replicaOf(shot, 'n3 1').lag.entries).toBe(1);
    expect(replicaOf(shot, 'n3 1').keys).toBe(0);
    expect(shot.divergence.state).toBe('behind');
    await client.request('heal', { ids: null });
    await allCaughtUp(live, ['0 n1', '1 n2']);
  });

  test('promote moves the leader of one shard; set and its position are of both', async () => {
    const { client } = live.cluster;
    const promoted = await client.request('promote', { node: 'n3', shard: 1, force: false });
    expect(promoted).toMatchObject({ changed: true, node: 'n3', shard: 1 });
    await allCaughtUp(live, ['0 n1', '1 n3']);
    expect(await client.request('promote', { node: 'n1', force: false })).toMatchObject({ changed: false });
    await expect(client.request('promote', { node: 'n1', shard: 2, force: false })).rejects.toMatchObject({
      code: 'no-such-shard',
    });
    const before = (await freshSnapshot(live.cluster)).events;
    const set = await client.request('set', { settings: { sync: '1' } });
    expect(set.positions).toHaveLength(2);
    expect(set.at).toBe(set.positions[0]);
    expect((await freshSnapshot(live.cluster)).options['sync']).toBe('1');
    const told = (await eventsAfter(live.cluster, before)).filter(({ name }) => name === 'set');
    expect(told.map(({ node, fields }) => [node, fields['shard']])).toEqual([
      ['n1', 0],
      ['n3', 1],
    ]);
    expect(await client.request('set', { settings: { sync: '1' } })).toMatchObject({ changed: false });
  });

  test('a node that dies comes back with both, and is caught up in both', async () => {
    const { client } = live.cluster;
    await client.request('node', { action: 'kill', nodes: ['n3'] });
    await ask(live.cluster, 'n1', 'SET x 1');
    await ask(live.cluster, 'n2', 'SET y 1');
    expect(replicaOf(await freshSnapshot(live.cluster), 'n3 1').lag.entries).toBeNull();
    await client.request('node', { action: 'start', nodes: ['n3'] });
    await allCaughtUp(live, ['0 n1', '1 n2']);
    await client.request('node', { action: 'restart', nodes: ['n2'] });
    const shot = await allCaughtUp(live, ['0 n1', '1 n2']);
    expect(replicaOf(shot, 'n2 1').keys).toBe(1);
  });

  test('a saved disk has both shards, and so has one that comes back', async () => {
    const { client } = live.cluster;
    await ask(live.cluster, 'n1', 'SET x 1');
    await ask(live.cluster, 'n2', 'SET y 1');
    await allCaughtUp(live, ['0 n1', '1 n2']);
    await client.request('disk', { action: 'save', node: 'n3', name: 'A' });
    await client.request('node', { action: 'kill', nodes: ['n3'], wipe: true });
    await client.request('disk', { action: 'restore', node: 'n3', name: 'A' });
    await client.request('fault', { fault: { kind: 'isolate', node: 'n3' } });
    await client.request('node', { action: 'start', nodes: ['n3'] });
    const shot = await until('n3 to answer', async () => {
      const seen = await freshSnapshot(live.cluster);
      return replicaOf(seen, 'n3 0').keys !== null && seen;
    });
    expect([replicaOf(shot, 'n3 0').keys, replicaOf(shot, 'n3 1').keys]).toEqual([1, 1]);
  });

  test('reset: both shards begin anew, led as after up', async () => {
    const { client } = live.cluster;
    await ask(live.cluster, 'n2', 'SET y 1');
    await client.request('promote', { node: 'n1', shard: 1, force: true });
    const { leaders } = await client.request('reset', {});
    expect(leaders.map(({ shard, node }) => [shard, node])).toEqual([
      [0, 'n1'],
      [1, 'n2'],
    ]);
    const shot = await allCaughtUp(live, ['0 n1', '1 n2']);
    expect(shot.nodes.flatMap((node) => node.replicas.map(({ keys }) => keys))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
