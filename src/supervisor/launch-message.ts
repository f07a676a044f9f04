import type { ClusterSpec } from '../cluster/spec.ts';
import type { Facts } from '../control/message.ts';

/** Between `up` and the supervisor it starts, over the child's channel. Its close ends a cluster that is not ready yet. */
export interface ToSupervisor {
  readonly type: 'start';
  /** Null: as the kept data have it. */
  readonly spec: ClusterSpec | null;
  /** The channel's close ends a ready cluster too: it lives for its launcher. */
  readonly bound: boolean;
}

export type FromSupervisor =
  | {
      readonly type: 'listening';
      readonly spec: ClusterSpec;
      readonly socket: string;
      readonly token: string;
      readonly kept: boolean;
      readonly reaped: number;
      /** The number of the event that its start is. */
      readonly event: number;
    }
  | { readonly type: 'failed'; readonly code: string; readonly facts: Facts };
