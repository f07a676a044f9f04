import { assert } from '../lib/assert.ts';
import { zeroChain, type Entry } from '../protocol/entry.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import {
  compareBallots,
  formatPosition,
  samePosition,
  zeroBallot,
  zeroPosition,
  type Ballot,
  type Position,
} from '../protocol/position.ts';
import { asKeyChange } from '../protocol/rows.ts';
import type { MemoryStore } from './memory-store.ts';

/** Everything ever written at one position, and on which disks. One per world. */
export interface KnownEntry {
  readonly entry: Entry;
  /** Disks that held it durably at some time, whatever became of it there. */
  readonly heldBy: Set<Mirror>;
}

/**
 * What the simulator knows to be durable on one disk, read from the store itself after every turn and
 * never from what a replica says of itself.
 */
export class Mirror {
  readonly node: NodeId;
  readonly disk: DiskId;
  readonly store: MemoryStore;
  /** False once the disk was wiped. */
  present = true;
  promised: Ballot = zeroBallot;
  appliedIndex = 0;
  /** Index i at i − 1. */
  readonly entries: Entry[] = [];
  /** Keys and values as the whole log makes them. */
  readonly values = new Map<string, string>();
  /** `client#seq` of the entries here, and where. */
  readonly identities = new Map<string, number>();

  constructor(node: NodeId, disk: DiskId, store: MemoryStore) {
    this.node = node;
    this.disk = disk;
    this.store = store;
  }

  get last(): Position {
    return this.entries.at(-1)?.at ?? zeroPosition;
  }

  holds({ at, chain }: Pick<Entry, 'at' | 'chain'>): boolean {
    const entry = this.entries[at.index - 1];
    return entry !== undefined && entry.chain === chain && samePosition(entry.at, at);
  }

  at(position: Position): Entry | null {
    const entry = this.entries[position.index - 1];
    return entry !== undefined && samePosition(entry.at, position) ? entry : null;
  }

  /** The value of `key` at a position of this log: what came later is taken back by its old values. */
  valueAt(key: string, position: Position): string | null {
    let value = this.values.get(key) ?? null;
    for (let i = this.entries.length - 1; i >= position.index; i -= 1) {
      for (const change of changesOf(this.entries[i]!).toReversed())
        if (change.key === key) value = change.old;
    }
    return value;
  }

  append(entry: Entry): void {
    this.entries.push(entry);
    for (const change of changesOf(entry)) this.#set(change.key, change.new);
    const identity = identityOf(entry);
    if (identity === null) return;
    assert(!this.identities.has(identity), 'B0.1: a write with an identity is executed once in a log', {
      node: this.node,
      identity,
      first: this.identities.get(identity),
      again: formatPosition(entry.at),
    });
    this.identities.set(identity, entry.at.index);
  }

  removeLast(): Entry {
    const entry = this.entries.pop()!;
    for (const change of changesOf(entry).toReversed()) this.#set(change.key, change.old);
    const identity = identityOf(entry);
    if (identity !== null) this.identities.delete(identity);
    return entry;
  }

  chainBefore(index: number): number {
    return this.entries[index - 2]?.chain ?? zeroChain;
  }

  /** It promised an epoch above this one's: entries of it may have been cut here by right (F3). */
  promisedBeyond(epoch: Ballot): boolean {
    return compareBallots(this.promised, epoch) > 0;
  }

  #set(key: string, value: string | null): void {
    if (value === null) this.values.delete(key);
    else this.values.set(key, value);
  }
}

function identityOf({ client, seq }: Entry): string | null {
  return client === undefined || seq === undefined ? null : `${client}#${seq}`;
}

interface Change {
  readonly key: string;
  readonly old: string | null;
  readonly new: string | null;
}

export function changesOf({ body }: Entry): readonly Change[] {
  if (body.kind !== 'rows') return [];
  return body.changes.map((row) => {
    const change = asKeyChange(row);
    assert(change !== null, 'the workload writes keys and values', { row });
    return change;
  });
}
