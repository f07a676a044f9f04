import { assert } from '../lib/assert.ts';
import type { DiskId } from '../protocol/node-id.ts';
import type { Ballot } from '../protocol/position.ts';
import { newTurn } from '../protocol/store-medium.ts';
import type { HostStore } from '../protocol/store.ts';
import { memoryData } from './memory-data.ts';
import { journalOf, type Journal } from './memory-journal.ts';
import { memoryNode } from './memory-node.ts';

/**
 * How a commit fails: `before` anything of it is on disk; `between` node.db, which is, and data.db, which is
 * not (B0.3); or `unknown`: all of it is, and the host is not told (P1).
 */
export type CommitFailure = 'before' | 'between' | 'unknown';

/** The memory twin of SQLite's store: one disk, and the process that has it open. */
export interface MemoryStore extends HostStore {
  /** The process is gone, and what it had not committed with it. Until `reopen`, its disk can only be looked at. */
  crash(): void;
  /** The next process opens the disk: one more boot. */
  reopen(): void;
  /** The next commit of a turn that wrote something. */
  failNextCommit(how: CommitFailure): void;
  /** The next write to data.db: the disk is full, within the turn. */
  failNextWrite(): void;
  /** Every write, until it is called again. */
  setFull(full: boolean): void;
  /** The last commit was of a turn that wrote something. */
  readonly wrote: boolean;
}

/** An empty disk, and its first boot. Deterministic; a turn costs no more than what it changes. */
export function createMemoryStore(disk: DiskId): MemoryStore {
  const turn = newTurn();
  const nodeFile = journalOf(turn);
  const dataFile = journalOf(turn);
  const keepPromise = (epoch: Ballot): void => node.keepPromise(epoch);
  const data = memoryData(dataFile, turn, keepPromise);
  const files = filesOf(nodeFile, dataFile);
  const node = memoryNode(nodeFile, disk, () => data.log.last().epoch);
  let alive = true;
  let stale = false;

  const dropTurn = (): void => {
    turn.open = false;
    turn.unlogged = 0;
    nodeFile.rollback();
    data.rollback();
  };
  const crash = (): void => {
    dropTurn();
    alive = false;
    files.failNext(null);
  };
  return {
    local: node.local,
    log: data.log,
    state: data.state,
    begin() {
      assert(
        alive && !turn.open && !stale,
        'a turn begins after the one before has ended or was recovered from',
      );
      data.log.startTurn();
      turn.open = true;
    },
    commit() {
      assert(turn.open, 'a turn is committed once');
      assert(turn.unlogged === 0, 'what a turn wrote is in the log');
      const entries = data.log.fresh();
      stale = true;
      try {
        files.commit();
        stale = false;
        return entries;
      } finally {
        dropTurn();
      }
    },
    rollback: dropTurn,
    recover() {
      assert(alive, 'a store is used while it is open');
      dropTurn();
      stale = false;
    },
    close: crash,
    abandon: crash,
    crash,
    reopen() {
      assert(!alive, 'a disk is opened by one process at a time');
      node.countBoot();
      alive = true;
      stale = false;
    },
    failNextCommit: files.failNext,
    failNextWrite: dataFile.failNextWrite,
    setFull: files.setFull,
    get wrote() {
      return files.wrote;
    },
  };
}

interface Files {
  commit(): void;
  failNext(how: CommitFailure | null): void;
  setFull(full: boolean): void;
  /** The last commit was of a turn that wrote something. */
  readonly wrote: boolean;
}

/** Commits node.db first (B0.3). A commit of nothing does not fail: SQLite is not even asked. */
function filesOf(node: Journal, data: Journal): Files {
  let failure: CommitFailure | null = null;
  let wrote = false;
  const failAt = (moment: CommitFailure): void => {
    if (failure !== moment) return;
    failure = null;
    throw new Error(`commit failed (injected: ${moment})`);
  };
  return {
    commit() {
      wrote = node.begun || data.begun;
      if (!wrote) return;
      failAt('before');
      node.commit();
      failAt('between');
      data.commit();
      failAt('unknown');
    },
    failNext: (how) => void (failure = how),
    setFull(full) {
      node.setFull(full);
      data.setFull(full);
    },
    get wrote() {
      return wrote;
    },
  };
}
