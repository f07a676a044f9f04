import type { PositionView } from '../cluster/snapshot.ts';
import type { NodeId } from '../protocol/node-id.ts';

export interface ClientOptions {
  /** Where reads go: `leader`, `follower`, `any` (in turn), `nearest`, or a node. */
  readonly read?: string;
  /** Where this client stands, in a cluster with regions: its way to each node is as far as that region is. */
  readonly region?: string;
  /** How long anything may take; then a read failed, and a write is `unknown`. */
  readonly timeoutMs?: number;
  /** Where the turns of `follower` and `any` begin. */
  readonly seed?: number;
}

/** Where an operation was done. */
export interface Done {
  readonly node: NodeId;
  readonly at: PositionView;
}

export interface WriteDone extends Done {
  /** Replicas that hold it, the leader among them. */
  readonly copies: number;
}

export interface ReadDone extends Done {
  /** Null: there is no such key. */
  readonly value: string | null;
}

/**
 * Keys and values, as an application has them: through the links, so that faults hold. What is not done throws
 * ReplabError: `definite` says whether it certainly did not happen. A write is never sent twice.
 */
export interface Client {
  /** `read`: elsewhere than this client's other reads. */
  get(key: string, options?: { readonly read?: string }): Promise<ReadDone>;
  /** `at`: this node and no other, whoever leads. */
  put(key: string, value: string, options?: { readonly at?: string }): Promise<WriteDone>;
  /** `deleted`: how many there were. */
  del(...keys: readonly string[]): Promise<WriteDone & { readonly deleted: number }>;
  /** Not idempotent: read before repeating one that is unknown. `value` is a decimal of 64 bits. */
  incr(key: string, by?: number | bigint): Promise<WriteDone & { readonly value: string }>;
  /** Null stands for "no such key", on either side. `value`: what it holds afterwards. */
  cas(key: string, expected: string | null, value: string | null): Promise<Swapped>;
  close(): void;
}

export interface Swapped extends WriteDone {
  readonly swapped: boolean;
  readonly value: string | null;
}
