import { diskName, noDisk, parseDisk, type DiskId } from './node-id.ts';

/**
 * The name of one leadership: a number and the disk that took it. The disk makes two promotions that
 * choose the same number differ (P4). Raft: term. Kafka: leader epoch. PostgreSQL: timeline.
 */
export interface Ballot {
  readonly number: number;
  readonly disk: DiskId;
}

/** A place in a replication log. Compared by order in elections only; sessions ask `containsAt`. */
export interface Position {
  readonly epoch: Ballot;
  readonly index: number;
}

/** Where an epoch begins in one log. A log's epoch history is the list of these, ascending. */
export interface EpochStart {
  readonly epoch: Ballot;
  readonly firstIndex: number;
}

/** `forked`: that index holds another epoch's entry here, so the position was discarded by this log. */
export type Containment = 'yes' | 'not-yet' | 'forked' | 'trimmed';

export const zeroBallot: Ballot = { number: 0, disk: noDisk };
/** Before the first entry of every log. */
export const zeroPosition: Position = { epoch: zeroBallot, index: 0 };

export function compareBallots(a: Ballot, b: Ballot): number {
  return a.number - b.number || a.disk - b.disk;
}

export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.number === b.number && a.disk === b.disk;
}

/** Epoch first, then index: the order elections use (Raft 5.4.1). */
export function comparePositions(a: Position, b: Position): number {
  return compareBallots(a.epoch, b.epoch) || a.index - b.index;
}

export function samePosition(a: Position, b: Position): boolean {
  return a.index === b.index && sameBallot(a.epoch, b.epoch);
}

/** `4@n2`; `4@n2.2` for a ballot taken by n2's second disk. */
export function formatBallot(ballot: Ballot): string {
  return `${ballot.number}@${diskName(ballot.disk)}`;
}

/** `4@n2/120`. */
export function formatPosition(position: Position): string {
  return `${formatBallot(position.epoch)}/${position.index}`;
}

export function parseBallot(text: string): Ballot | null {
  const match = /^(\d{1,15})@([^/]+)$/.exec(text);
  const disk = match === null ? null : parseDisk(match[2]!);
  return disk === null ? null : { number: Number(match![1]), disk };
}

/** The inverse of `formatPosition`; null when `text` is no position. */
export function parsePosition(text: string): Position | null {
  const match = /^(.+)\/(\d{1,15})$/.exec(text);
  const epoch = match === null ? null : parseBallot(match[1]!);
  return epoch === null ? null : { epoch, index: Number(match![2]) };
}

/** The epoch of the entry at `index` in a log with this history; `zeroBallot` for index 0. */
export function epochAt(epochs: readonly EpochStart[], index: number): Ballot {
  for (let i = epochs.length - 1; i >= 0; i -= 1) {
    if (epochs[i]!.firstIndex <= index) return epochs[i]!.epoch;
  }
  return zeroBallot;
}

/** Does a log with this history, ending at `last`, hold the entry at `position`? (P4; never order alone.) */
export function containsAt(
  epochs: readonly EpochStart[],
  last: Position,
  position: Position,
): Exclude<Containment, 'trimmed'> {
  if (position.index === 0) return 'yes';
  if (position.index <= last.index) {
    return sameBallot(epochAt(epochs, position.index), position.epoch) ? 'yes' : 'forked';
  }
  return compareBallots(last.epoch, position.epoch) > 0 ? 'forked' : 'not-yet';
}

/**
 * The highest (epoch, index) common to two logs (Kafka KIP-101): the end of the newest epoch both have,
 * as far as both have it. Logs of one cluster that share an epoch agree up to the shorter end of it (I3).
 */
export function forkOf(
  mine: readonly EpochStart[],
  myLast: Position,
  theirs: readonly EpochStart[],
  theirLast: Position,
): Position {
  for (let i = mine.length - 1; i >= 0; i -= 1) {
    const { epoch } = mine[i]!;
    const j = theirs.findIndex((start) => sameBallot(start.epoch, epoch));
    if (j < 0) continue;
    const index = Math.min(endOf(mine, i, myLast), endOf(theirs, j, theirLast));
    return { epoch, index };
  }
  return zeroPosition;
}

function endOf(epochs: readonly EpochStart[], i: number, last: Position): number {
  return i + 1 < epochs.length ? epochs[i + 1]!.firstIndex - 1 : last.index;
}
