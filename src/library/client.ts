import type { Lost } from '../client/session/contract.ts';
import type { Guarantee } from '../client/session/guarantees.ts';
import type { Moved, Waited } from '../client/session/read-in-order.ts';
import type { SessionCounts } from '../client/session/state.ts';
import type { SessionToken } from '../client/session/token.ts';
import type { PositionView } from '../cluster/snapshot.ts';
import type { NodeId } from '../protocol/node-id.ts';

export interface ClientOptions {
  /** Whose session it is; `sticky` and `leader-for` depend on it. Its operations then carry a number of their own. */
  readonly as?: string;
  /** What is promised about the order of what this client does. `monotonic` and `causal` stand for several. */
  readonly guarantees?: readonly (Guarantee | 'monotonic' | 'causal')[];
  /** Where reads go: `leader`, `follower`, `any` (in turn), `nearest`, `sticky`, `leader-for:1m`, or a node. */
  readonly read?: string;
  /** How long a read waits at a replica that has not yet what this client has seen, before another is asked. */
  readonly waitMs?: number;
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
  /** What this client had seen, and is gone: lost in a failover. It goes on without it. */
  readonly lost: readonly Lost[];
}

export interface WriteDone extends Done {
  /** Replicas that hold it, the leader among them. */
  readonly copies: number;
}

export interface ReadDone extends Done {
  /** Null: there is no such key. */
  readonly value: string | null;
  readonly role: 'leader' | 'follower';
  /** Where it waited for what this client had seen, and for how long. */
  readonly waited: readonly Waited[];
  /** Replicas that could not serve it, and why. */
  readonly moved: readonly Moved[];
  /** An own write of this key is of unknown outcome: the value says nothing about it. */
  readonly indeterminate: boolean;
}

/**
 * Keys and values, as an application has them: through the links, so that faults hold. What is not done throws
 * ReplabError: `definite` says whether it certainly did not happen. A write is never sent twice. Operations of one
 * client go one after another; clients go side by side.
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
  /** What it has seen: for another client of the same user, on another device. */
  token(): SessionToken;
  /** What such a client has seen. Throws ReplabError `bad-token` when that was of another cluster. */
  learn(token: SessionToken): void;
  /** Reads at the leader and at followers, waits, moves, losses: what the guarantees cost. */
  readonly counts: SessionCounts;
  close(): void;
}

export interface Swapped extends WriteDone {
  readonly swapped: boolean;
  readonly value: string | null;
}
