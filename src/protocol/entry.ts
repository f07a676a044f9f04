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
  return seal(previous, entry).entry.chain;
}

/** The size an entry counts for in windows, lag and logs: the characters of its JSON form. */
export function entryBytes(entry: Entry): number {
  return JSON.stringify(entry).length;
}

/** An entry with the texts that its chain hash, its size and its row in a log are made of. */
export interface Sealed {
  readonly entry: Entry;
  readonly body: string;
  /** Null when the entry has no result. */
  readonly result: string | null;
  /** `entryBytes(entry)`. */
  readonly bytes: number;
}

/** Chains an entry to the one before. Its keys are in the order of `Entry`, so that its JSON is canonical. */
export function seal(previous: Hash48, draft: Omit<Entry, 'chain'>): Sealed {
  const { at, client, seq } = draft;
  const body = JSON.stringify(draft.body);
  const result = draft.result === undefined ? null : JSON.stringify(draft.result);
  const identity = client === undefined ? '' : `${client}#${seq ?? ''}`;
  const chain = hash48(body, hash48(`${formatPosition(at)}|${identity}|${result ?? ''}`, previous));
  const plain = client === undefined && seq === undefined && result === null;
  const entry = plain ? { at, chain, body: draft.body } : identified(at, chain, draft);
  return { entry, body, result, bytes: sizeOf(draft, chain, body, result) };
}

/** Its keys in the order of `Entry`. */
function identified(at: Position, chain: Hash48, { client, seq, result, body }: Omit<Entry, 'chain'>): Entry {
  return {
    at,
    chain,
    ...(client === undefined ? {} : { client }),
    ...(seq === undefined ? {} : { seq }),
    ...(result === undefined ? {} : { result }),
    body,
  };
}

/** `entryBytes` of it, from the texts that are there already. */
function sizeOf(
  { at, client, seq }: Omit<Entry, 'chain'>,
  chain: Hash48,
  body: string,
  result: string | null,
): number {
  const { number, disk } = at.epoch;
  const names = '{"at":{"epoch":{"number":,"disk":},"index":},"chain":,"body":}'.length;
  return (
    names +
    `${number}${disk}${at.index}${chain}`.length +
    (client === undefined ? 0 : ',"client":'.length + JSON.stringify(client).length) +
    (seq === undefined ? 0 : `,"seq":${seq}`.length) +
    (result === null ? 0 : ',"result":'.length + result.length) +
    body.length
  );
}
