import type { LagView } from '../cluster/snapshot.ts';
import {
  compareBallots,
  containsAt,
  forkOf,
  sameBallot,
  type EpochStart,
  type Position,
} from '../protocol/position.ts';
import type { ReplicaStatus } from '../protocol/protocol.ts';

/** The end of the newest leader's log, when it was first seen to be there. */
export interface LeaderSample {
  readonly atMs: number;
  readonly last: Position;
}

/** What the newest leader's log holds, oldest first, each with a higher index than the one before. */
export type LeaderHistory = readonly LeaderSample[];

const maxSamples = 4096;

/**
 * `epochs`: of the log that was sampled. Of another leader's samples those stay that its log holds too: who
 * was behind goes on being behind. What did not grow adds nothing.
 */
export function addSample(
  history: LeaderHistory,
  sample: LeaderSample,
  epochs: readonly EpochStart[],
): LeaderHistory {
  const newest = history.at(-1);
  if (newest === undefined) return [sample];
  if (!sameBallot(newest.last.epoch, sample.last.epoch)) {
    return [...history.filter(({ last }) => containsAt(epochs, sample.last, last) === 'yes'), sample];
  }
  if (sample.last.index <= newest.last.index) return history;
  const grown = [...history, sample];
  if (grown.length <= maxSamples) return grown;
  // The old half is thinned: a long lag is told more coarsely, never wrongly short by more than a gap.
  return grown.filter((_, i) => i >= maxSamples / 2 || i % 2 === 0);
}

/**
 * How long the leader has had an entry that a log ending at `index` has not, as far as samples tell: at
 * least so long, short by at most the time between two of them. 0 when it has none.
 */
export function behindMs(history: LeaderHistory, index: number, nowMs: number): number {
  const first = history.find(({ last }) => last.index > index);
  // Behind is behind: less than a millisecond still does not read as level.
  return first === undefined ? 0 : Math.max(1, Math.round(nowMs - first.atMs));
}

/** How far a replica is behind the leader, both as they answered; the leader was asked first. */
export function lagOf(
  replica: ReplicaStatus,
  leader: ReplicaStatus,
  history: LeaderHistory,
  nowMs: number,
): LagView {
  if (isCaughtUp(replica, leader)) {
    const appliedMs =
      replica.applied.index >= leader.received.index ? 0 : behindMs(history, replica.applied.index, nowMs);
    return { entries: 0, bytes: 0, receivedMs: 0, appliedMs, forked: false };
  }
  const fork = forkOf(replica.epochs, replica.received, leader.epochs, leader.received);
  const forked = containsAt(leader.epochs, leader.received, replica.received) === 'forked';
  const common = Math.min(fork.index, replica.received.index);
  return {
    entries: leader.received.index - common,
    // What a forked log holds instead has a size of its own: the difference would mean nothing.
    bytes: forked ? null : Math.max(0, leader.logBytes - replica.logBytes),
    receivedMs: behindMs(history, common, nowMs),
    appliedMs: behindMs(history, Math.min(common, replica.applied.index), nowMs),
    forked,
  };
}

/** Its log holds all the leader's did when that was asked. It may hold more by now: it was asked later. */
export function isCaughtUp(replica: ReplicaStatus, leader: ReplicaStatus): boolean {
  return containsAt(replica.epochs, replica.received, leader.received) === 'yes';
}

/** The answering leader of the highest epoch, or null. */
export function newestLeader<T extends { readonly status: ReplicaStatus }>(answered: readonly T[]): T | null {
  const leaders = answered.filter(({ status }) => status.role === 'leader');
  return leaders.toSorted((a, b) => compareBallots(b.status.epoch, a.status.epoch))[0] ?? null;
}
