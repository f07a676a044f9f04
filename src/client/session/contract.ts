import type { Chance } from '../../lib/chance.ts';
import type { NodeId } from '../../protocol/node-id.ts';
import type { Answered } from '../key-value.ts';
import type { Guarantee } from './guarantees.ts';
import type { Moved, Waited } from './read-in-order.ts';
import type { ReadPolicy } from './read-policy.ts';
import type { SessionCounts, SessionState } from './state.ts';
import type { SessionToken } from './token.ts';

/** Operations of one user, one after another, and what is promised about their order (S1, S2). */
export interface Session {
  readonly as: string | null;
  /** A write by RESP command, once; of unknown outcome it can be repeated under its number. */
  write(command: readonly string[], options: SessionWriteOptions): Promise<SessionWrite>;
  read(command: readonly string[], options: SessionReadOptions): Promise<SessionRead>;
  /** What it has seen: for another device of the same user. */
  token(): SessionToken;
  /** What another device has seen. `bad-token` when that was of another cluster. */
  learn(token: SessionToken): void;
  state(): SessionState;
  readonly counts: SessionCounts;
  close(): void;
}

export interface SessionOptions {
  /** Whose session it is. Null: nobody's, whose writes carry no number and cannot be repeated. */
  readonly as: string | null;
  readonly guarantees?: readonly Guarantee[];
  /** Where it reads; at the leader when left out. */
  readonly read?: ReadPolicy;
  /** Where it stands; beside the nodes when left out. */
  readonly region?: string | null;
  /** How long a read waits at a replica that does not have yet what was seen; a second when left out. */
  readonly waitMs?: number;
  /** Goes on where another process ended. */
  readonly state?: SessionState | null;
  /** Called before a write leaves, since its number must not be used again, and after each operation (`done`). */
  keep?(state: SessionState, done: boolean): void;
  /** Where the round robin begins. */
  readonly chance?: Chance;
}

export interface SessionWriteOptions {
  readonly at?: NodeId | null;
  readonly withinMs: number;
  /** Repeats the write of this number, whose outcome was unknown: it is done once, whatever became of the first. */
  readonly repeat?: number;
}

export interface SessionReadOptions {
  readonly withinMs: number;
  /** Another than the session's. */
  readonly policy?: ReadPolicy;
}

/** What the session had seen, and a log does not have and will not get. */
export interface Lost {
  readonly node: NodeId;
  readonly token: string;
  readonly forkedAt: string;
}

interface Done extends Answered {
  readonly lost: readonly Lost[];
}

export interface SessionWrite extends Done {
  readonly seq: number;
}

export interface SessionRead extends Done {
  readonly role: 'leader' | 'follower';
  /** At a replica, until it had what was seen or the wait was over. */
  readonly waited: readonly Waited[];
  /** Replicas that could not serve it, and why. */
  readonly moved: readonly Moved[];
  /** The replica this user belongs to, under `sticky`; another answered when that one could not. */
  readonly home: NodeId | null;
  /** An own write of this key may have happened or not, or may yet: the value says nothing about it (S2). */
  readonly indeterminate: boolean;
}
