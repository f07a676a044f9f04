import { assert, unreachable } from '../lib/assert.ts';
import { addHash, hash48, subtractHash, type Hash48 } from '../lib/hash.ts';
import type { Body, Row, RowChange } from './entry.ts';

/** The digest of contents is the sum of these over all rows (P12). Columns in the order of the table. */
export function rowHash(table: string, row: Row): Hash48 {
  return hash48(`${table}|${JSON.stringify(row)}`);
}

/** The digest after `change`, from the one before. */
export function digestAfter(digest: Hash48, { table, old, new: now }: RowChange): Hash48 {
  const without = old === null ? digest : subtractHash(digest, rowHash(table, old));
  return now === null ? without : addHash(without, rowHash(table, now));
}

/** How many rows more there are after `change`. */
export function growth(change: RowChange): number {
  return (change.old === null ? 1 : 0) - (change.new === null ? 1 : 0);
}

/** The rows an entry changes. */
export function changesOf(body: Body): readonly RowChange[] {
  switch (body.kind) {
    case 'rows':
      return body.changes;
    case 'epochStart':
    case 'config':
      return [];
    default:
      return unreachable(body);
  }
}

/** What takes `changes` back: each turned around, the last one first. */
export function inverse(changes: readonly RowChange[]): readonly RowChange[] {
  return changes.toReversed().map(({ table, old, new: now }) => ({ table, old: now, new: old }));
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** A change of the `kv` table: a key, and its value before and after, null where there is none. */
export interface KeyChange {
  readonly key: string;
  readonly old: string | null;
  readonly new: string | null;
}

export function keyChange(key: string, old: string | null, value: string | null): RowChange {
  return {
    table: 'kv',
    old: old === null ? null : { key, value: old },
    new: value === null ? null : { key, value },
  };
}

/** The inverse of `keyChange`; null for a change that cannot be one of the `kv` table. */
export function asKeyChange({ table, old, new: now }: RowChange): KeyChange | null {
  const key = (old ?? now)?.['key'];
  if (table !== 'kv' || typeof key !== 'string' || !isPair(old, key) || !isPair(now, key)) return null;
  return { key, old: old?.value ?? null, new: now?.value ?? null };
}

function isPair(row: Row | null, key: string): row is (Row & KeyValue) | null {
  return row === null || (row['key'] === key && typeof row['value'] === 'string');
}

/** Why an entry cannot be applied: the row it changes is not the row that is here. */
export function misfit(change: RowChange): string {
  const key = (change.old ?? change.new)?.['key'];
  assert(change.old !== null || change.new !== null, 'a change has a row before or after it');
  const where = `${change.table} ${JSON.stringify(key ?? null)}`;
  return change.old === null ? `${where} is here already` : `${where} is not here as the entry knew it`;
}
