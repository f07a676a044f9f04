import { assert } from '../lib/assert.ts';
import { addHash, subtractHash } from '../lib/hash.ts';
import { compareText } from '../lib/text.ts';
import { zeroChain, type Entry, type RowChange, type Sealed } from '../protocol/entry.ts';
import { dedupeWindow } from '../protocol/limits.ts';
import { dedupeOf } from '../protocol/log-rules.ts';
import { zeroPosition } from '../protocol/position.ts';
import type { Pair } from '../protocol/read-answer.ts';
import type { Result } from '../protocol/request.ts';
import { asKeyChange, growth, keyChange } from '../protocol/rows.ts';
import type { DedupeTable, Head, KvTable, LogTable } from '../protocol/store-medium.ts';
import { pairHash } from './memo.ts';
import type { Journal } from './memory-journal.ts';

/** A part of a store that can be copied, and become what such a copy is. */
export interface Copied<T> {
  copy(): T;
  /** While no turn is under way. */
  load(copy: T): void;
}

export function emptyHead(): Head {
  return {
    base: zeroPosition,
    baseChain: zeroChain,
    baseTotal: 0,
    last: zeroPosition,
    lastChain: zeroChain,
    lastTotal: 0,
    epochs: [],
    applied: 0,
    digest: 0,
    keys: 0,
  };
}

export type Values = ReadonlyMap<string, string>;

export function memoryKv(journal: Journal, head: Head): KvTable & Copied<Values> {
  const values = new Map<string, string>();
  let captured: RowChange[] = [];
  /** The keys in order; null when they are not known to be. */
  let sorted: readonly string[] | null = null;

  function set(key: string, value: string | null): void {
    if (value === null ? values.delete(key) : !values.has(key)) sorted = null;
    if (value !== null) values.set(key, value);
  }

  function change(key: string, old: string | null, value: string | null): void {
    if (old === null && value === null) return;
    journal.write(() => set(key, old));
    set(key, value);
    const row = keyChange(key, old, value);
    if (old !== null) head.digest = subtractHash(head.digest, pairHash(key, old));
    if (value !== null) head.digest = addHash(head.digest, pairHash(key, value));
    head.keys += growth(row);
    captured.push(row);
  }

  const get = (key: string): string | null => values.get(key.toWellFormed()) ?? null;
  return {
    get,
    assign: (key, value) => change(key, get(key), value),
    fits(row) {
      const wanted = asKeyChange(row);
      if (wanted === null || get(wanted.key) !== wanted.old) return false;
      change(wanted.key, wanted.old, wanted.new);
      return true;
    },
    taken() {
      const taken = captured;
      captured = [];
      return taken;
    },
    *pairsAfter(after) {
      sorted ??= [...values.keys()].toSorted(compareText);
      const from = after?.toWellFormed() ?? null;
      for (const key of sorted) {
        if (from === null || compareText(key, from) > 0) yield [key, values.get(key)!] satisfies Pair;
      }
    },
    copy: () => new Map(values),
    load(copy) {
      for (const [key, value] of copy) set(key, value);
    },
  };
}

export interface Row {
  readonly entry: Entry;
  readonly total: number;
}

export function memoryLog(journal: Journal, head: Head): LogTable & Copied<readonly Row[]> {
  /** The entries after the base, in order. */
  let rows: Row[] = [];
  const rowAt = (index: number): Row | undefined => rows[index - head.base.index - 1];
  const replace = (by: Row[]): void => {
    const before = rows;
    journal.write(() => void (rows = before));
    rows = by;
  };
  return {
    add({ entry }: Sealed, total) {
      journal.write(() => void rows.pop());
      rows.push({ entry, total });
    },
    // The head's own list is all there is.
    addEpoch: () => undefined,
    measureAt(index) {
      const row = rowAt(index);
      return row === undefined ? undefined : { chain: row.entry.chain, total: row.total };
    },
    page(after, to, total) {
      const entries: Entry[] = [];
      for (let index = after + 1; index <= to; index += 1) {
        const row = rowAt(index);
        assert(row !== undefined, 'a log has an entry at every index between its base and its end', {
          index,
        });
        if (entries.length > 0 && row.total > total) break;
        entries.push(row.entry);
      }
      return entries;
    },
    newest: (kind) => rows.findLast(({ entry }) => entry.body.kind === kind)?.entry ?? null,
    cutAfter(index) {
      const keep = index - head.base.index;
      const cut = rows.slice(keep);
      replace(rows.slice(0, keep));
      return cut.map(({ entry }) => entry).toReversed();
    },
    trimTo: ({ index }) => replace(rows.slice(index - head.base.index)),
    copy: () => [...rows],
    load: (copy) => void (rows = [...copy]),
  };
}

export interface Remembered {
  readonly seq: number;
  readonly index: number;
  readonly result: Result;
  /** The client's newest seq up to here. */
  readonly newest: number;
}

export type Clients = ReadonlyMap<string, readonly Remembered[]>;

export function memoryDedupe(journal: Journal): DedupeTable & Copied<Clients> {
  /** Each client's rows in the order of the log. */
  const clients = new Map<string, Remembered[]>();
  const rowsOf = (client: string): Remembered[] => {
    const rows = clients.get(client) ?? [];
    clients.set(client, rows);
    return rows;
  };
  return {
    find(client, seq) {
      const rows = clients.get(client) ?? [];
      const newest = rows.at(-1)?.newest ?? 0;
      if (seq > newest || seq <= newest - dedupeWindow) return null;
      return rows.findLast((row) => row.seq === seq) ?? null;
    },
    add(entry) {
      const key = dedupeOf(entry);
      if (key === null) return;
      const rows = rowsOf(key.client);
      const newest = Math.max(key.seq, rows.at(-1)?.newest ?? key.seq);
      journal.write(() => void rows.pop());
      rows.push({ seq: key.seq, index: entry.at.index, result: entry.result!, newest });
    },
    remove(entry) {
      const key = dedupeOf(entry);
      if (key === null) return;
      const rows = rowsOf(key.client);
      const removed = rows.at(-1);
      assert(removed?.index === entry.at.index, 'what is undone is the entry applied last', { at: entry.at });
      journal.write(() => void rows.push(removed));
      rows.pop();
    },
    trim(base) {
      for (const [client, rows] of clients) {
        const trimmed = rows.findLast(({ index }) => index <= base);
        if (trimmed === undefined) continue;
        journal.write(() => void clients.set(client, rows));
        clients.set(
          client,
          // What is above the base may yet be undone, however old its seq.
          rows.filter(({ seq, index }) => index > base || seq > trimmed.newest - dedupeWindow),
        );
      }
    },
    copy: () => new Map([...clients].map(([client, rows]) => [client, [...rows]])),
    load(copy) {
      for (const [client, rows] of copy) clients.set(client, [...rows]);
    },
  };
}
