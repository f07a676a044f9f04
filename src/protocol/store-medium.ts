import type { Hash48 } from '../lib/hash.ts';
import type { BodyKind, Entry, RowChange, Sealed } from './entry.ts';
import type { Ballot, EpochStart, Position } from './position.ts';
import type { Pair } from './read-answer.ts';
import type { Result } from './request.ts';

/**
 * The part of a store that differs between SQLite and memory: where things lie. What they mean is in
 * `log-core.ts` and `state-core.ts`, once for both.
 */
export interface Medium {
  readonly turn: TurnState;
  /** The same object until the medium is read anew; the cores change it in place, within a turn. */
  head(): Head;
  /** To be called before every write: a medium's transaction begins with the first one. */
  write(): void;
  /** A savepoint: when `work` answers false, nothing it wrote is left. */
  atomically(work: () => boolean): boolean;
  readonly kv: KvTable;
  readonly log: LogTable;
  readonly dedupe: DedupeTable;
  /** The log is about to lose its newest epoch, and the promise may not fall with it (I7). */
  keepPromise(epoch: Ballot): void;
}

export interface TurnState {
  /** Between the host's `begin` and `commit`; writing is allowed only then. */
  open: boolean;
  /** Writes executed and not yet appended: none is left when a turn commits, or state and log would part. */
  unlogged: number;
}

export function newTurn(): TurnState {
  return { open: false, unlogged: 0 };
}

/** The few facts that every step asks for. */
export interface Head {
  base: Position;
  baseChain: Hash48;
  /** Characters of the entries up to the base, and up to the last. */
  baseTotal: number;
  last: Position;
  lastChain: Hash48;
  lastTotal: number;
  epochs: readonly EpochStart[];
  /** Index of the newest entry the state shows. Invariant: base <= applied <= last. */
  applied: number;
  /** Fed by the medium, with every row that changes (P12). */
  digest: Hash48;
  /** Keys in the table; also fed by the medium. */
  keys: number;
}

export interface KvTable {
  get(key: string): string | null;
  /** Null removes the key. */
  assign(key: string, value: string | null): void;
  /** Makes a change if the row is as the change knew it; else does nothing and answers false. */
  fits(change: RowChange): boolean;
  /** The rows changed since this was last asked, in order, with all old and new values (P2). */
  taken(): readonly RowChange[];
  pairsAfter(after: string | null): Iterable<Pair>;
}

/** What a log is up to some entry: the hash of it all, and its size. */
export interface Measure {
  readonly chain: Hash48;
  readonly total: number;
}

export interface LogTable {
  add(sealed: Sealed, total: number): void;
  addEpoch(start: EpochStart): void;
  /** Undefined when there is no entry at this index. */
  measureAt(index: number): Measure | undefined;
  /** The entries after `after` and up to `to`: one at least, then while their total stays within `total`. */
  page(after: number, to: number, total: number): readonly Entry[];
  newest(kind: BodyKind): Entry | null;
  /** Removes and returns the entries after `index`, newest first, and the epochs that began there. */
  cutAfter(index: number): readonly Entry[];
  trimTo(base: Position, measure: Measure): void;
}

/**
 * The identified writes the state shows, and what they answered.
 *
 * `find` knows a client's newest `dedupeWindow` seqs; that is a matter of what was applied alone, so all
 * replicas agree, however far each has trimmed its log. Rows leave the table only when the entry that
 * pushed them out of the window is trimmed: what lies below the base of a log is never undone, so undoing
 * an entry brings back exactly the window there was before it.
 */
export interface DedupeTable {
  find(client: string, seq: number): { readonly index: number; readonly result: Result } | null;
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** To be called when the log loses its entries up to `base`. */
  trim(base: number): void;
}
