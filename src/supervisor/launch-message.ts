import type { ClusterSpec } from '../cluster/spec.ts';
import type { Facts } from '../control/message.ts';

/** Between `up` and the supervisor it starts, over the child's channel, which closes when the cluster is ready. */
export interface ToSupervisor {
  readonly type: 'start';
  /** Null: as the kept data have it. */
  readonly spec: ClusterSpec | null;
}

export type FromSupervisor =
  | {
      readonly type: 'listening';
      readonly spec: ClusterSpec;
      readonly socket: string;
      readonly token: string;
      readonly kept: boolean;
      readonly reaped: number;
    }
  | { readonly type: 'failed'; readonly code: string; readonly facts: Facts };
