/**
 * node.db: the facts of one disk, and the lock of the whole store.
 *
 * `synchronous=FULL` always (B0.3). A WAL, since a promise is then one sync, not the four of a rollback
 * journal: promotions and elections wait for it. `locking_mode=EXCLUSIVE` keeps the kernel's lock until the
 * process ends, however it ends: a second process is refused, and nothing stale is ever left behind.
 */
import { DatabaseSync } from 'node:sqlite';
import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import { diskName, type DiskId } from '../protocol/node-id.ts';
import { compareBallots, formatBallot, type Ballot } from '../protocol/position.ts';
import type { Local, LocalFacts } from '../protocol/store.ts';
import type { TurnState } from '../protocol/store-medium.ts';
import { createSchema, explaining, isMade, openDatabase } from './database.ts';
import { corruptStore, foreignStore } from './store-error.ts';
import type { DiskState } from './session.ts';
import { refuseToGrow, transactionOf, type Transaction } from './transaction.ts';

/** A fresh file is made without syncs; `settle` makes it durable as a whole. */
const setUp = `
  pragma locking_mode = exclusive;
  pragma synchronous = off;
  pragma journal_mode = wal;
  pragma synchronous = full;
  begin immediate`;

const schema = `
  create table node (
    id integer primary key check (id = 1),
    disk integer not null, boot integer not null,
    promised_number integer not null, promised_disk integer not null);
  create table discarded (
    number integer not null, disk integer not null, idx integer not null, chain integer not null,
    entry text not null, primary key (number, disk, idx, chain))`;

interface NodeRow {
  readonly disk: number;
  readonly boot: number;
  readonly promised_number: number;
  readonly promised_disk: number;
}

/** node.db with the store's lock held, and its opening transaction not yet committed. */
export interface LockedNodeFile {
  readonly fresh: boolean;
  /** Commits the opening: makes the row of a fresh disk, counts a boot. Throws when `disk` is another one. */
  settle(disk: DiskId, boot: BootCount): OpenNodeFile;
  close(): void;
}

/** Recovery in place opens the files again; it is no new boot. */
export type BootCount = 'count' | 'keep';

export interface OpenNodeFile {
  readonly local: Local;
  readonly transaction: Transaction;
  /** Before a log is cut: what it alone promised stays promised (I7). */
  keepPromise(epoch: Ballot): void;
  reload(): void;
  /** Only for a disk that is over. */
  forgetSyncs(): void;
}

export interface NodeFileOptions {
  readonly file: string;
  readonly cluster: string;
  readonly turn: TurnState;
  readonly state: DiskState;
}

export function lockNodeFile(
  { file, cluster, turn, state }: NodeFileOptions,
  lastEpoch: () => Ballot,
): LockedNodeFile {
  const { sql, fresh } = openDatabase({ file, cluster, timeoutMs: 0, setUp });
  return {
    fresh,
    settle: (disk, boot) =>
      explaining(file, () => {
        if (fresh) create(sql, disk, cluster);
        const found = readNode(sql, file);
        if (found.disk !== disk) {
          throw foreignStore(file, `belongs to disk ${diskName(found.disk)}, not to ${diskName(disk)}`);
        }
        if (boot === 'count' && state.isFull()) refuseToGrow(sql);
        if (boot === 'count') sql.exec('update node set boot = boot + 1');
        sql.exec('commit');
        // Until the file itself is on disk, SQLite would take a WAL beside an empty file for garbage.
        if (fresh) sql.exec('pragma wal_checkpoint(full)');
        return openNode(sql, file, turn, state, lastEpoch);
      }),
    close: () => sql.close(),
  };
}

/**
 * Another life of the same storage: a copy that comes back, or one that lost its tail (P5). What it promised
 * stays promised, its boots count anew. One whose making was cut off is nobody's yet, and stays so.
 */
export function renameDisk(file: string, disk: DiskId): void {
  explaining(file, () => {
    const sql = new DatabaseSync(file);
    try {
      sql.exec('pragma synchronous = full');
      if (!isMade(sql)) return;
      sql.prepare('update node set disk = ?, boot = 0').run(disk);
    } finally {
      sql.close();
    }
  });
}

function create(sql: DatabaseSync, disk: DiskId, cluster: string): void {
  createSchema(sql, schema, cluster);
  sql.prepare('insert into node values (1, ?, 0, 0, 0)').run(disk);
}

function readNode(sql: DatabaseSync, file: string): NodeRow {
  const row = sql.prepare('select * from node').get() as NodeRow | undefined;
  if (row === undefined) throw corruptStore(file, 'it does not say whose disk it is');
  return row;
}

function openNode(
  sql: DatabaseSync,
  file: string,
  turn: TurnState,
  state: DiskState,
  lastEpoch: () => Ballot,
): OpenNodeFile {
  const transaction = transactionOf(sql, turn, state);
  const setPromise = sql.prepare('update node set promised_number = ?, promised_disk = ?');
  const addDiscarded = sql.prepare('insert into discarded values (?, ?, ?, ?, ?) on conflict do nothing');
  let row = readNode(sql, file);

  const written = (): Ballot => ({ number: row.promised_number, disk: row.promised_disk });
  const write = (ballot: Ballot): void => {
    if (compareBallots(ballot, written()) <= 0) return;
    transaction.write();
    setPromise.run(ballot.number, ballot.disk);
    row = { ...row, promised_number: ballot.number, promised_disk: ballot.disk };
  };
  const facts = (): LocalFacts => {
    const promised = compareBallots(written(), lastEpoch()) >= 0 ? written() : lastEpoch();
    return { disk: row.disk, boot: row.boot, promised };
  };
  return {
    transaction,
    keepPromise: write,
    reload: () => (row = readNode(sql, file)),
    forgetSyncs: () => sql.exec('pragma synchronous = off'),
    local: {
      get: facts,
      promise(ballot) {
        const { promised } = facts();
        assert(compareBallots(ballot, promised) >= 0, 'a promise never falls (I7)', {
          ballot: formatBallot(ballot),
          promised: formatBallot(promised),
        });
        write(ballot);
      },
      discard(entries) {
        for (const entry of entries) {
          const { epoch, index } = entry.at;
          transaction.write();
          addDiscarded.run(epoch.number, epoch.disk, index, entry.chain, JSON.stringify(entry));
        }
      },
      discarded() {
        const rows = sql.prepare('select entry from discarded order by number, disk, idx, chain').all();
        return (rows as unknown as readonly { entry: string }[]).map(
          ({ entry }) => JSON.parse(entry) as Entry,
        );
      },
    },
  };
}
