import { randomUUID } from 'node:crypto';
import { nothingSeen, type Seen } from './token.ts';

/** All that a session remembers from one operation to the next. */
export interface SessionState {
  /** As nodes know it. Never used again for another session: with the number of a write it is its identity. */
  readonly client: string;
  readonly nextSeq: number;
  readonly seen: Seen;
  /** Keys of writes whose outcome is unknown: reading them shows nothing about one's own writes (S2). */
  readonly indeterminate: readonly string[];
  /** The place in the round robin; null before the first. */
  readonly turn: number | null;
  /** Of the last write that was acknowledged, by the calendar. */
  readonly wroteAt: number | null;
  readonly counts: SessionCounts;
}

/** What it did, and what its guarantees cost it. */
export interface SessionCounts {
  readonly leaderReads: number;
  readonly followerReads: number;
  readonly writes: number;
  /** Reads that had to wait at a replica, and how long all of them did. */
  readonly waits: number;
  readonly waitedMs: number;
  /** Times a read was sent on to another replica. */
  readonly moves: number;
  readonly losses: number;
  readonly unknown: number;
}

const noCounts: SessionCounts = {
  leaderReads: 0,
  followerReads: 0,
  writes: 0,
  waits: 0,
  waitedMs: 0,
  moves: 0,
  losses: 0,
  unknown: 0,
};

/** Its name for nodes is never another's: what those remember of an earlier session would be taken for this one's. */
export function firstState(as: string | null): SessionState {
  return {
    client: `${as ?? 'nobody'}.${randomUUID().slice(0, 8)}`,
    nextSeq: 1,
    seen: nothingSeen,
    indeterminate: [],
    turn: null,
    wroteAt: null,
    counts: noCounts,
  };
}

export function counted(state: SessionState, by: Partial<SessionCounts>): SessionState {
  const counts: Record<keyof SessionCounts, number> = { ...state.counts };
  for (const [name, more] of Object.entries(by)) counts[name as keyof SessionCounts] += more;
  return { ...state, counts };
}
