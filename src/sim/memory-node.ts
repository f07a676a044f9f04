import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import type { DiskId } from '../protocol/node-id.ts';
import {
  compareBallots,
  comparePositions,
  formatBallot,
  zeroBallot,
  type Ballot,
} from '../protocol/position.ts';
import type { Local } from '../protocol/store.ts';
import type { Journal } from './memory-journal.ts';
import type { Copied } from './memory-tables.ts';

/** A copy of node.db, but for whose it is. */
export interface NodeCopy {
  readonly promised: Ballot;
  readonly discarded: ReadonlyMap<string, Entry>;
}

/** The twin of node.db. */
export interface MemoryNode extends Copied<NodeCopy> {
  readonly local: Local;
  /** Before a log is cut: what it alone promised stays promised (I7). */
  keepPromise(epoch: Ballot): void;
  countBoot(): void;
  /** It is another life of its storage now; its boots count anew. */
  rename(disk: DiskId): void;
}

export function memoryNode(journal: Journal, first: DiskId, lastEpoch: () => Ballot): MemoryNode {
  let disk = first;
  const discarded = new Map<string, Entry>();
  let written = zeroBallot;
  let boot = 1;

  const promised = (): Ballot => (compareBallots(written, lastEpoch()) >= 0 ? written : lastEpoch());
  const write = (ballot: Ballot): void => {
    const before = written;
    if (compareBallots(ballot, before) <= 0) return;
    journal.write(() => void (written = before));
    written = ballot;
  };
  return {
    keepPromise: write,
    countBoot: () => void (boot += 1),
    rename(to) {
      disk = to;
      boot = 0;
    },
    copy: () => ({ promised: written, discarded: new Map(discarded) }),
    load(copy) {
      written = copy.promised;
      for (const [id, entry] of copy.discarded) discarded.set(id, entry);
    },
    local: {
      get: () => ({ disk, boot, promised: promised() }),
      promise(ballot) {
        assert(compareBallots(ballot, promised()) >= 0, 'a promise never falls (I7)', {
          ballot: formatBallot(ballot),
          promised: formatBallot(promised()),
        });
        write(ballot);
      },
      discard(entries) {
        for (const entry of entries) {
          const id = JSON.stringify([entry.at, entry.chain]);
          if (discarded.has(id)) continue;
          journal.write(() => void discarded.delete(id));
          discarded.set(id, entry);
        }
      },
      discarded: () =>
        [...discarded.values()].toSorted((a, b) => comparePositions(a.at, b.at) || a.chain - b.chain),
    },
  };
}
