import { hash48, type Hash48 } from '../lib/hash.ts';
import { formatPosition, type Position } from './position.ts';
import type { Result } from './request.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** One row before and after: `old` null is an insert, `new` null a delete. Both known, hence invertible. */
export interface RowChange {
  readonly table: string;
  readonly old: Row | null;
  readonly new: Row | null;
}

/** What an entry does. `config` is opaque to stores: each mode defines its own. */
export type Body =
  | { readonly kind: 'rows'; readonly changes: readonly RowChange[] }
  | { readonly kind: 'epochStart' }
  | { readonly kind: 'config'; readonly config: unknown };

export type BodyKind = Body['kind'];

/**
 * One record of a replication log.
 * `chain` covers this entry and, through the previous chain, all before it: equal position and equal
 * chain mean equal history (I3). `client`, `seq` and `result` are the idempotency key of the write and
 * what it answered; they are replicated state, so that a new leader recognises a repeated write.
 */
export interface Entry {
  readonly at: Position;
  readonly chain: Hash48;
  readonly client?: string;
  readonly seq?: number;
  readonly result?: Result;
  readonly body: Body;
}

/** The chain hash of the empty log. */
export const zeroChain: Hash48 = 0;

/** The chain hash of an entry that follows one whose chain hash is `previous`. */
export function chainOf(previous: Hash48, entry: Omit<Entry, 'chain'>): Hash48 {
  const identity = entry.client === undefined ? '' : `${entry.client}#${entry.seq ?? ''}`;
  const content = JSON.stringify([entry.body, entry.result ?? null]);
  return hash48(`${formatPosition(entry.at)}|${identity}|${content}`, previous);
}

/** The size an entry counts for in windows, lag and logs: the characters of its JSON form. */
export function entryBytes(entry: Entry): number {
  return JSON.stringify(entry).length;
}
