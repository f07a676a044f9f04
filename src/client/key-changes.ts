import type { Entry } from '../protocol/entry.ts';
import { asKeyChange, type KeyChange } from '../protocol/rows.ts';

/** What an entry did to keys, in order. Empty for entries that change none. */
export function keyChanges(entry: Entry): readonly KeyChange[] {
  return entry.body.kind === 'rows' ? entry.body.changes.flatMap((change) => asKeyChange(change) ?? []) : [];
}
