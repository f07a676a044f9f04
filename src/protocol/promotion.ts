import { comparePositions } from './position.ts';
import type { ReplicaStatus } from './protocol.ts';

/** F9, once for the supervisor and for the simulator's operator: whom one may promote, and under which number. */
interface Answered {
  readonly status: Pick<ReplicaStatus, 'received' | 'epoch'>;
}

/** Of those that answered, the one whose log goes furthest; null when none answered. */
export function furthestOf<T extends Answered>(answered: readonly T[]): T | null {
  return answered.toSorted((a, b) => comparePositions(b.status.received, a.status.received))[0] ?? null;
}

/** Who is ahead of a candidate: promoting it would lose what that one has, although nobody is lost. */
export function aheadOf<T extends Answered>(candidate: T, answered: readonly T[]): T | null {
  const best = furthestOf(answered);
  if (best === null || comparePositions(best.status.received, candidate.status.received) <= 0) return null;
  return best;
}

/** Above every number that was seen, and every one that is remembered as given (P4). */
export function nextBallotNumber(answered: readonly Answered[], remembered: number): number {
  const seen = answered.flatMap(({ status }) => [status.epoch.number, status.received.epoch.number]);
  return Math.max(remembered, ...seen) + 1;
}
