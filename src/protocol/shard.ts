import { hash48 } from '../lib/hash.ts';
import type { NodeId } from './node-id.ts';

export const maxShards = 8;

/**
 * Which shard holds a key, counted from 0: the same answer for everyone, for ever. If a key has a tag in braces,
 * like `cart:{alice}`, the tag alone counts, as in Redis Cluster: keys of one tag are in one shard.
 */
export function shardOf(key: string, shards: number): number {
  return shards === 1 ? 0 : hash48(tagOf(key)) % shards;
}

/** Who leads a shard of a new cluster: they are dealt out in turn (S3). */
export function firstLeader(shard: number, nodes: readonly NodeId[]): NodeId {
  return nodes[shard % nodes.length]!;
}

/** All of a cluster's. */
export function shardsOf(shards: number): readonly number[] {
  return Array.from({ length: shards }, (_, shard) => shard);
}

/** Between the first `{` and the next `}`; the whole key when there is nothing between them. */
function tagOf(key: string): string {
  const from = key.indexOf('{') + 1;
  if (from === 0) return key;
  const to = key.indexOf('}', from);
  return to > from ? key.slice(from, to) : key;
}
