import type { Hash48 } from '../lib/hash.ts';
import { entryBytes, type Entry } from '../protocol/entry.ts';
import { rowHash } from '../protocol/rows.ts';

/**
 * The two costs that grow with the size of values, worked out once for all disks of a world: entries and
 * values are shared there, and both are functions of what does not change.
 */
const sizes = new WeakMap<Entry, number>();

export function bytesOf(entry: Entry): number {
  const known = sizes.get(entry);
  if (known !== undefined) return known;
  const bytes = entryBytes(entry);
  sizes.set(entry, bytes);
  return bytes;
}

/** Below this a look-up costs as much as the hash. */
const longChars = 200;
const maxKnown = 2000;
const hashes = new Map<string, Map<string, Hash48>>();

/** `rowHash` of a key and its value. */
export function pairHash(key: string, value: string): Hash48 {
  if (value.length < longChars) return rowHash('kv', { key, value });
  let byKey = hashes.get(value);
  if (byKey === undefined) {
    if (hashes.size >= maxKnown) hashes.clear();
    byKey = new Map();
    hashes.set(value, byKey);
  }
  let hash = byKey.get(key);
  if (hash === undefined) {
    hash = rowHash('kv', { key, value });
    byKey.set(key, hash);
  }
  return hash;
}
