import type { Entry, Row } from '../protocol/entry.ts';

/** What one entry did to one key; null is "no such key". */
export interface KeyChange {
  readonly key: string;
  readonly old: string | null;
  readonly new: string | null;
}

/** The changes of an entry to keys, in order. Empty for entries that change none. */
export function keyChanges(entry: Entry): readonly KeyChange[] {
  if (entry.body.kind !== 'rows') return [];
  return entry.body.changes.flatMap((change) => {
    const row = change.new ?? change.old;
    return row === null ? [] : [{ key: String(row.key), old: valueOf(change.old), new: valueOf(change.new) }];
  });
}

function valueOf(row: Row | null): string | null {
  return row === null ? null : String(row.value);
}
