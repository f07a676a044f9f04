import { compareText } from '../lib/text.ts';
import type { Entry } from '../protocol/entry.ts';
import { formatPosition, type Position } from '../protocol/position.ts';
import { keyChanges } from './key-changes.ts';

/** All keys of one node at one position of its log. */
export interface Contents {
  readonly at: Position;
  readonly pairs: ReadonlyMap<string, string>;
}

/** `behind`: the difference goes away when the node catches up. `diverged`: it does not. */
export interface KeyDiff {
  readonly key: string;
  readonly state: 'behind' | 'diverged';
  /** Null: no such key there. */
  readonly reference: string | null;
  readonly node: string | null;
  /** The newest entry after the node's position that touches the key; null when none does. */
  readonly changedAt: string | null;
}

export interface NodeDiff {
  readonly state: 'equal' | 'behind' | 'diverged';
  /** The node's log holds entries the reference does not, so no log explains the differences. */
  readonly forked: boolean;
  readonly keys: readonly KeyDiff[];
}

/**
 * Compares a node with the reference, key by key. `entries`: the reference's log from the node's position
 * (exclusive) to the reference's, in order; null when that log does not contain the node's position.
 *
 * Entries carry old values, so the reference's contents as they were at the node's position are known. The
 * node must have exactly those: what differs from them has diverged, even if a later entry overwrites it.
 * What equals them and differs from the reference's present contents is behind. Equal contents at another
 * position are behind too when entries touched keys in between, else equal (P12: never take one for the other).
 */
export function diffContents(
  reference: Contents,
  node: Contents,
  entries: readonly Entry[] | null,
): NodeDiff {
  const then = valuesBefore(entries ?? []);
  const keys = [...new Set([...reference.pairs.keys(), ...node.pairs.keys(), ...then.keys()])].toSorted(
    compareText,
  );
  const found = keys.flatMap((key) => diffKey(key, reference, node, entries === null ? null : then));
  const diverged = entries === null || found.some(({ state }) => state === 'diverged');
  const behind = found.length > 0 || then.size > 0;
  return {
    state: diverged ? 'diverged' : behind ? 'behind' : 'equal',
    forked: entries === null,
    keys: found,
  };
}

interface Before {
  /** The key's value before the first of the entries. */
  readonly value: string | null;
  readonly changedAt: string;
}

/** For every key the entries touch: what it was before them, and where it was touched last. */
function valuesBefore(entries: readonly Entry[]): ReadonlyMap<string, Before> {
  const before = new Map<string, Before>();
  for (const entry of entries.toReversed()) {
    for (const change of keyChanges(entry).toReversed()) {
      const changedAt = before.get(change.key)?.changedAt ?? formatPosition(entry.at);
      before.set(change.key, { value: change.old, changedAt });
    }
  }
  return before;
}

function diffKey(
  key: string,
  reference: Contents,
  node: Contents,
  then: ReadonlyMap<string, Before> | null,
): readonly KeyDiff[] {
  const now = reference.pairs.get(key) ?? null;
  const here = node.pairs.get(key) ?? null;
  const touched = then?.get(key);
  const expected = touched === undefined ? now : touched.value;
  if (here === now && here === expected) return [];
  const state = then !== null && here === expected ? 'behind' : 'diverged';
  if (then === null && here === now) return [];
  return [{ key, state, reference: now, node: here, changedAt: touched?.changedAt ?? null }];
}
