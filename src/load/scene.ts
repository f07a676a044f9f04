import type { Cluster } from '../client/cluster-connection.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { shardOf } from '../protocol/shard.ts';

/** The cluster as it was last seen. */
export interface Scene {
  /** For clients that look where to go before every operation: one look serves them all. */
  readonly cluster: Cluster;
  /** Of a key: it leads the shard that the key is in. */
  leads(node: NodeId, key: string): boolean;
  /** Aborts when the cluster goes down, or its supervisor does. */
  readonly gone: AbortSignal;
  close(): void;
}

/** At most so old, while anything changes. */
const everyMs = 200;

/** Watches a cluster for as long as a load goes on. Who leads by now, a node that does not lead says as well. */
export async function watchScene(cluster: Cluster): Promise<Scene> {
  const aborter = new AbortController();
  const gone = new AbortController();
  let latest: Snapshot = await cluster.freshSnapshot();
  const watching = cluster.request(
    'watch',
    { everyMs },
    { signal: aborter.signal, onItem: (snapshot) => (latest = snapshot) },
  );
  const onEnd = (): void => gone.abort();
  watching.then(onEnd, onEnd);
  return {
    cluster: {
      ...cluster,
      recentSnapshot: () => Promise.resolve(latest),
      freshSnapshot: () => Promise.resolve(latest),
    },
    gone: gone.signal,
    leads(node, key) {
      const shard = shardOf(key, cluster.spec.shards);
      return latest.leaders.some((leader) => leader.id === node && leader.shard === shard);
    },
    close: () => aborter.abort(),
  };
}
