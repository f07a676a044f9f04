import { assert } from '../lib/assert.ts';
import type { DiskId } from '../protocol/node-id.ts';
import type { Ballot } from '../protocol/position.ts';
import type { TurnLog } from '../protocol/log-core.ts';
import { newTurn, type TurnState } from '../protocol/store-medium.ts';
import type { HostStore } from '../protocol/store.ts';
import { memoryData, type DataCopy } from './memory-data.ts';
import { journalOf, type Journal } from './memory-journal.ts';
import { memoryNode, type NodeCopy } from './memory-node.ts';
import type { Copied } from './memory-tables.ts';

/**
 * How a commit fails: `before` anything of it is on disk; `between` node.db, which is, and data.db, which is
 * not (B0.3); or `unknown`: all of it is, and the host is not told (P1).
 */
export type CommitFailure = 'before' | 'between' | 'unknown';

/** What one disk held between two turns: promises and what was discarded too, and not whose disk it was. */
export interface DiskCopy {
  readonly node: NodeCopy;
  readonly data: DataCopy;
}

/** The memory twin of SQLite's store: one disk, and the process that has it open. */
export interface MemoryStore extends HostStore, Copied<DiskCopy> {
  /** The process is gone, and what it had not committed with it. Until `reopen`, its disk can only be looked at. */
  crash(): void;
  /** The next process opens the disk: one more boot. */
  reopen(): void;
  /** The next commit of a turn that wrote something. */
  failNextCommit(how: CommitFailure): void;
  /** The next write to data.db: the disk is full, within the turn. */
  failNextWrite(): void;
  /** Every write, and `refused` is told of each, until it is called again. */
  setFull(refused: (() => void) | null): void;
  /** The last commit was of a turn that wrote something. */
  wrote(): boolean;
  /** All there is now is fsynced; what is committed to data.db from now on is not, or is when false. */
  setForgetting(forgets: boolean): void;
  /** Commits that a power failure may take. */
  unsynced(): number;
  /** The newest `commits` of them are gone, and with them the disk's id: it is `as` now. Only when it crashed. */
  loseUnsynced(commits: number, as: DiskId): void;
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
  const life: Life = { alive: true, stale: false };
  const dropTurn = (): void => {
    turn.open = false;
    turn.unlogged = 0;
    nodeFile.rollback();
    data.rollback();
  };
  const crash = (): void => {
    dropTurn();
    life.alive = false;
    files.failNext(null);
  };
  return {
    local: node.local,
    log: data.log,
    state: data.state,
    ...turnsOf(life, turn, { log: data.log, files, dropTurn }),
    close: crash,
    abandon: crash,
    crash,
    reopen() {
      assert(!life.alive, 'a disk is opened by one process at a time');
      node.countBoot();
      life.alive = true;
      life.stale = false;
    },
    failNextCommit: files.failNext,
    failNextWrite: dataFile.failNextWrite,
    setFull: files.setFull,
    wrote: files.wrote,
    setForgetting: dataFile.remember,
    unsynced: dataFile.remembered,
    loseUnsynced(commits, as) {
      assert(!life.alive, 'a disk forgets when its machine dies', { commits });
      data.lose(commits);
      node.rename(as);
    },
    copy() {
      assert(!turn.open, 'a disk is copied between turns');
      return { node: node.copy(), data: data.copy() };
    },
    load(copy) {
      assert(!turn.open && data.log.last().index === 0, 'a copy comes back on an empty disk');
      node.load(copy.node);
      data.load(copy.data);
    },
  };
}

interface Life {
  /** A process has it open. */
  alive: boolean;
  /** A turn has failed, and nothing has recovered from it. */
  stale: boolean;
}

interface TurnParts {
  readonly log: TurnLog;
  readonly files: Files;
  dropTurn(): void;
}

type Turns = Pick<MemoryStore, 'begin' | 'commit' | 'rollback' | 'recover'>;

function turnsOf(life: Life, turn: TurnState, { log, files, dropTurn }: TurnParts): Turns {
  return {
    begin() {
      assert(
        life.alive && !turn.open && !life.stale,
        'a turn begins after the one before has ended or was recovered from',
      );
      log.startTurn();
      turn.open = true;
    },
    commit() {
      assert(turn.open, 'a turn is committed once');
      assert(turn.unlogged === 0, 'what a turn wrote is in the log');
      const entries = log.fresh();
      life.stale = true;
      try {
        files.commit();
        life.stale = false;
        return entries;
      } finally {
        dropTurn();
      }
    },
    rollback: dropTurn,
    recover() {
      assert(life.alive, 'a store is used while it is open');
      dropTurn();
      life.stale = false;
    },
  };
}

interface Files {
  commit(): void;
  failNext(how: CommitFailure | null): void;
  setFull(refused: (() => void) | null): void;
  /** The last commit was of a turn that wrote something. */
  wrote(): boolean;
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
    setFull(refused) {
      node.setFull(refused);
      data.setFull(refused);
    },
    wrote: () => wrote,
  };
}
