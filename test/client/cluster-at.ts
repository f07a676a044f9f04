import type { Cluster } from '../../src/client/cluster-connection.ts';
import type { LeaderView, NodeView, Snapshot } from '../../src/cluster/snapshot.ts';
import { node, sample } from './sample.ts';

/** A cluster of nodes at these ports, and the leader a snapshot shows. */
export function clusterAt(
  ports: Readonly<Record<string, number | null>>,
  leader: string | null,
  over: Readonly<Record<string, Partial<NodeView>>> = {},
): Cluster {
  const leaders: LeaderView[] =
    leader === null ? [] : [{ id: leader, shard: 0, epoch: sample().leaders[0]!.epoch, newest: true }];
  const nodes = Object.entries(ports).map(([id, port]) =>
    node(id, {
      role: id === leader ? 'leader' : 'follower',
      address: { client: port === null ? null : `127.0.0.1:${port}`, direct: null, clientAt: {} },
      ...over[id],
    }),
  );
  const snapshot = (): Promise<Snapshot> => Promise.resolve(sample({ leaders, nodes }));
  return {
    name: 't1',
    spec: {
      name: 't1',
      mode: 'single-leader',
      engine: 'replab',
      nodes: Object.keys(ports),
      options: {},
      shards: 1,
      durability: 'normal',
      regions: { of: {}, latencyMs: { eu: { eu: 0, us: 40 }, us: { eu: 40, us: 0 } } },
    },
    dir: '',
    request: () => Promise.reject(new Error('not asked for here')),
    freshSnapshot: snapshot,
    recentSnapshot: snapshot,
    close: () => {},
  };
}
