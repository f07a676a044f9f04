import type { NodeView, Snapshot } from './snapshot.ts';

export function shardCount({ nodes }: Pick<Snapshot, 'nodes'>): number {
  return Math.max(1, nodes[0]?.replicas.length ?? 1);
}

/** A snapshot as if one shard were all there is: its leaders, and its replica at every node. */
export function ofShard(snapshot: Snapshot, shard: number): Snapshot {
  if (shardCount(snapshot) === 1) return snapshot;
  const leaders = snapshot.leaders.filter((one) => one.shard === shard);
  return {
    ...snapshot,
    leaders: leaders.map((leader) => ({ ...leader, shard: 0 })),
    nodes: snapshot.nodes.map((node) => nodeOf(node, shard)),
  };
}

function nodeOf(node: NodeView, shard: number): NodeView {
  const { shard: _, ...replica } = node.replicas[shard]!;
  return { ...node, ...replica, replicas: [{ shard: 0, ...replica }] };
}

/** Each shard as its own snapshot; the one there is when there is one. */
export function eachShard(snapshot: Snapshot): readonly Snapshot[] {
  return Array.from({ length: shardCount(snapshot) }, (_, shard) => ofShard(snapshot, shard));
}
