import type { ClusterDiff } from '../client/diff-cluster.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import type { Wires } from '../faults/wires.ts';
import type { Glyphs } from './glyphs.ts';
import type { History } from './history.ts';
import type { ViewState } from './view-state.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the contents of the nodes were, key by key, when they were last read. */
export type DiffView =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'read'; readonly diff: ClusterDiff };

/** All that was seen of the cluster. */
export interface Seen {
  /** Of the first shard, which is what views show. */
  readonly snapshot: Snapshot;
  /** Of each other shard. */
  readonly others: readonly Snapshot[];
  readonly history: History;
  readonly wires: Wires;
  /** Oldest first. */
  readonly events: readonly ClusterEvent[];
  readonly diff: DiffView;
  /** Since `up`, as of this frame: later than the snapshot when nothing has changed since. */
  readonly nowMs: number;
  /** For how long the supervisor has not answered; null while it does. */
  readonly silentMs: number | null;
}

/** What a frame is made from: the same scene gives the same frame. */
export interface Scene extends Seen {
  readonly state: ViewState;
  readonly glyphs: Glyphs;
  readonly ascii: boolean;
  /** No room for a table: a line for each node, whatever the view. */
  readonly small: boolean;
}
