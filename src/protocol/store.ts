import type { Hash48 } from '../lib/hash.ts';
import type { Body, BodyKind, Entry } from './entry.ts';
import type { DiskId } from './node-id.ts';
import type { Ballot, Containment, EpochStart, Position } from './position.ts';
import type { ReadOp, RefusedCode, Result, WriteOp } from './request.ts';

/**
 * What a replica keeps. Two implementations, SQLite in `store/` and memory in `sim/`, pass one
 * conformance suite. All calls are synchronous and belong to a turn: the host brackets them with
 * `begin` and `commit`, and nothing of a turn survives `rollback` or a crash.
 */
export interface Store {
  readonly local: Local;
  readonly log: Log;
  readonly state: State;
}

/** Facts of this disk alone, in node.db, always fully synchronous (B0.3). */
export interface Local {
  get(): LocalFacts;
  /** Never falls (I7): throws when `ballot` is below the promise. */
  promise(ballot: Ballot): void;
  /** Keeps entries a rewind is about to cut. Keyed by position and chain: repeating it adds nothing. */
  discard(entries: readonly Entry[]): void;
  discarded(): readonly Entry[];
}

export interface LocalFacts {
  readonly disk: DiskId;
  /** Starts of this disk, this one included: counted when the store opens. */
  readonly boot: number;
  /** max(what was promised, the epoch of the log's last entry). */
  readonly promised: Ballot;
}

export interface State {
  /** In a savepoint of its own: `ok: false` leaves no trace. A write that changes nothing has body null. */
  execute(op: WriteOp): Executed;
  read(op: ReadOp): Result;
  /** The result of a write of this (client, seq) that this replica's state holds, or null. */
  repeated(client: string, seq: number): { readonly at: Position; readonly result: Result } | null;
  /** Applies the entry after `applied()`; throws on any other. `stopped`: it does not fit; nothing changed. */
  apply(entry: Entry): { readonly ok: true } | { readonly ok: false; readonly stopped: string };
  /** Takes back the entry at `applied()`. False: it carries no old values, so a snapshot is needed. */
  undo(entry: Entry): boolean;
  applied(): Position;
  digest(): Digest;
  /** Keys in the store. */
  size(): number;
}

export type Executed =
  | { readonly ok: true; readonly result: Result; readonly body: Body | null }
  | { readonly ok: false; readonly code: RefusedCode };

/** An order-free hash of the contents, and the position it is a digest of (P12). */
export interface Digest {
  readonly kind: 'rows';
  readonly at: Position;
  readonly value: Hash48;
}

export interface Log {
  /** The position before the oldest entry kept: `zeroPosition` while nothing was trimmed. */
  base(): Position;
  last(): Position;
  /** The chain hash at a position this log contains (its base included), else null. */
  chainAt(position: Position): Hash48 | null;
  epochs(): readonly EpochStart[];
  contains(position: Position): Containment;
  /** Characters of all entries up to the last (`entryBytes`), trimmed ones included: for lag in bytes. */
  bytes(): number;
  /**
   * Leader: the entry gets index last+1. The state already shows it (`execute`), so it counts as applied.
   */
  append(epoch: Ballot, body: Body, identity?: WriteIdentity): Entry;
  /**
   * Follower: takes entries that follow `previous`. `gap`: previous is beyond the last entry. `fork`: this
   * log holds something else there or after it. Entries it already has are skipped. Chains are verified.
   */
  receive(previous: Position, previousChain: Hash48, entries: readonly Entry[]): 'ok' | 'gap' | 'fork';
  /** Entries after `after`, committed ones only, never this turn's: at least one if there is one, then up to maxBytes. */
  read(after: Position, maxBytes: number): readonly Entry[];
  /** The newest entry of a kind, this turn's included. */
  newest(kind: BodyKind): Entry | null;
  /** The highest position common with a log of this history (KIP-101); below the base: a snapshot is needed. */
  fork(epochs: readonly EpochStart[], last: Position): Position | 'below-base';
  /** Removes and returns, newest first, what lies after `position`. The state must have undone it before. */
  cutAfter(position: Position): readonly Entry[];
  /** Forgets entries up to and including `position`. No mode calls it before snapshots exist. */
  trimTo(position: Position): void;
}

export interface WriteIdentity {
  readonly client?: string;
  readonly seq?: number;
  readonly result?: Result;
}

/** The host's side. Commit order: node.db, then data.db (B0.3). */
export interface HostStore extends Store {
  begin(): void;
  /** Entries this turn appended or received, in log order. Throws when the commit failed: outcome unknown. */
  commit(): readonly Entry[];
  /** Undoes this turn; does nothing when no transaction is open (SQLite may have rolled back by itself). */
  rollback(): void;
  /** After a failed turn: forgets every cache and reads the disk anew (P1). */
  recover(): void;
  close(): void;
  /** As `close`, of a disk that nobody will open again: nothing has to be made durable. */
  abandon(): void;
}
