import { shardCount } from '../cluster/shard-view.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { maxShards } from '../protocol/shard.ts';
import { shardWords } from './completes.ts';
import { completing, integer } from './params.ts';

/** `--shard`; null when left out. */
export function shardOption(summary: string) {
  return completing(shardWords, integer('N', summary, 0, maxShards - 1));
}

/** `no-such-shard` when the cluster has fewer. */
export function checkedShard(shard: number, snapshot: Snapshot): number {
  const shards = shardCount(snapshot);
  if (shard < shards) return shard;
  throw new ReplabError('no-such-shard', { cluster: snapshot.cluster, shard, shards });
}
