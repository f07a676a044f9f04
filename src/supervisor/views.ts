import { epochView, positionView } from '../cluster/position-view.ts';
import type { LagView, ReplicaView } from '../cluster/snapshot.ts';
import { formatHash } from '../lib/hash.ts';
import { formatPosition } from '../protocol/position.ts';
import type { ReplicaStatus } from '../protocol/protocol.ts';

const unknownLag: LagView = {
  entries: null,
  bytes: null,
  receivedMs: null,
  appliedMs: null,
  forked: null,
};

/** A replica that did not answer: nothing of it is known, and nothing is made up. */
export const unknownReplica: ReplicaView = {
  role: null,
  epoch: null,
  leader: null,
  received: null,
  durable: null,
  applied: null,
  committed: null,
  lag: unknownLag,
  digest: null,
  keys: null,
  suspects: null,
  stopped: null,
  rewinding: null,
  pending: null,
  degraded: null,
};

export function replicaView(status: ReplicaStatus, lag: LagView): ReplicaView {
  const { digest } = status;
  return {
    role: status.role,
    epoch: epochView(status.epoch),
    leader: status.leader,
    received: positionView(status.received),
    durable: positionView(status.durable),
    applied: positionView(status.applied),
    committed: positionView(status.committed),
    lag,
    digest: { kind: digest.kind, at: formatPosition(digest.at), value: formatHash(digest.value) },
    keys: status.keys,
    suspects: status.suspects,
    stopped: status.stopped,
    rewinding: status.rewinding,
    pending: status.pending,
    degraded: status.degraded,
  };
}
