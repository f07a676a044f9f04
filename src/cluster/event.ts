import type { NodeId } from '../protocol/node-id.ts';

/**
 * One line of a cluster's event log. `seq` counts from 1 over the cluster's life and never repeats; every
 * mutating command answers with the one it caused. `tMs`: since `up`. `node`: whom it is about, or null.
 */
export interface ClusterEvent {
  readonly seq: number;
  readonly tMs: number;
  readonly node: NodeId | null;
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}
