import { clientAt, regionOfClient, type ClientPlace } from '../cluster/place.ts';
import { regionNames } from '../cluster/regions.ts';
import { ofShard } from '../cluster/shard-view.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Cluster } from './cluster-connection.ts';

/**
 * A cluster as clients see it that stand in `region`: the address of a node is that of their own link to it, so
 * that all they send goes the way that is theirs. Null: beside the nodes. `no-such-region` when there is none.
 */
export function seenFrom(cluster: Cluster, region: string | null): Cluster {
  const place = placeIn(cluster, region);
  if (region === null) return cluster;
  const seen = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    nodes: snapshot.nodes.map((node) => ({
      ...node,
      address: { ...node.address, client: addressAt(node, place) },
    })),
  });
  return {
    ...cluster,
    freshSnapshot: async () => seen(await cluster.freshSnapshot()),
    recentSnapshot: async () => seen(await cluster.recentSnapshot()),
  };
}

/** A cluster as far as one shard goes: what a snapshot says of leaders and replicas is that shard's. */
export interface ShardOfCluster extends Cluster {
  readonly shard: number;
  readonly whole: Cluster;
  /** For errors: nobody has to hear of the only shard there is. */
  readonly facts: { readonly cluster: string; readonly shard?: number };
}

export function inShard(cluster: Cluster, shard: number): ShardOfCluster {
  const { name, spec } = cluster;
  return {
    ...cluster,
    shard,
    whole: cluster,
    facts: spec.shards === 1 ? { cluster: name } : { cluster: name, shard },
    freshSnapshot: async () => ofShard(await cluster.freshSnapshot(), shard),
    recentSnapshot: async () => ofShard(await cluster.recentSnapshot(), shard),
  };
}

/** The place of clients in a region, or beside the nodes (null). */
export function placeIn({ name, spec }: Pick<Cluster, 'name' | 'spec'>, region: string | null): ClientPlace {
  const names = regionNames(spec.regions);
  if (region === null || names.includes(region)) return clientAt(region);
  throw new ReplabError('no-such-region', { cluster: name, region, regions: names.join(', ') });
}

function addressAt({ address }: NodeView, place: ClientPlace): string | null {
  const region = regionOfClient(place);
  if (region === null) return address.client;
  return Object.hasOwn(address.clientAt, region) ? address.clientAt[region]! : null;
}
