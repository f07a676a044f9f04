/**
 * node.db: the facts of one disk, whatever shards it has, and the lock of all its files.
 *
 * `synchronous=FULL` always (B0.3). A WAL, since a promise is then one sync, not the four of a rollback
 * journal: promotions and elections wait for it. `locking_mode=EXCLUSIVE` keeps the kernel's lock until the
 * process ends, however it ends: a second process is refused, and nothing stale is ever left behind.
 */
import { DatabaseSync } from 'node:sqlite';
import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import { diskName, type DiskId } from '../protocol/node-id.ts';
import { compareBallots, formatBallot, zeroBallot, type Ballot } from '../protocol/position.ts';
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
    disk integer not null, boot integer not null, shards integer not null);
  create table promise (shard integer primary key, number integer not null, disk integer not null);
  create table discarded (
    shard integer not null,
    number integer not null, disk integer not null, idx integer not null, chain integer not null,
    entry text not null, primary key (shard, number, disk, idx, chain))`;

interface NodeRow {
  readonly disk: number;
  readonly boot: number;
  readonly shards: number;
}

/** node.db with the disk's lock held, and its opening transaction not yet committed. */
export interface LockedNodeFile {
  readonly fresh: boolean;
  /** Commits the opening: makes the row of a fresh disk, counts a boot. Throws when `disk` is another one. */
  settle(disk: DiskId, boot: BootCount): OpenNodeFile;
  close(): void;
}

/** Recovery in place opens the files again; it is no new boot. */
export type BootCount = 'count' | 'keep';

export interface OpenNodeFile {
  /** What one shard keeps here. */
  local(shard: number): Local;
  /** Of the shard whose turn is open: turns of one process never overlap. */
  readonly transaction: Transaction;
  /** Before a shard's log is cut: what it alone promised stays promised (I7). */
  keepPromise(shard: number, epoch: Ballot): void;
  reload(): void;
  /** Only for a disk that is over. */
  forgetSyncs(): void;
  close(): void;
}

export interface NodeFileOptions {
  readonly file: string;
  readonly cluster: string;
  readonly shards: number;
  /** Open while a turn of any shard is. */
  readonly turn: Pick<TurnState, 'open'>;
  readonly state: DiskState;
  /** Of a shard's log. */
  lastEpoch(shard: number): Ballot;
}

export function lockNodeFile(options: NodeFileOptions): LockedNodeFile {
  const { file, cluster, shards, state } = options;
  const { sql, fresh } = openDatabase({ file, cluster, timeoutMs: 0, setUp });
  return {
    fresh,
    settle: (disk, boot) =>
      explaining(file, () => {
        if (fresh) create(sql, disk, options);
        const found = readNode(sql, file);
        if (found.disk !== disk) {
          throw foreignStore(file, `belongs to disk ${diskName(found.disk)}, not to ${diskName(disk)}`);
        }
        if (found.shards !== shards) {
          throw foreignStore(file, `has ${found.shards} shards, not ${shards}`);
        }
        if (boot === 'count' && state.isFull()) refuseToGrow(sql);
        if (boot === 'count') sql.exec('update node set boot = boot + 1');
        sql.exec('commit');
        // Until the file itself is on disk, SQLite would take a WAL beside an empty file for garbage.
        if (fresh) sql.exec('pragma wal_checkpoint(full)');
        return openNode(sql, options);
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

function create(sql: DatabaseSync, disk: DiskId, { cluster, shards }: NodeFileOptions): void {
  createSchema(sql, schema, cluster);
  sql.prepare('insert into node values (1, ?, 0, ?)').run(disk, shards);
}

function readNode(sql: DatabaseSync, file: string): NodeRow {
  const row = sql.prepare('select * from node').get() as NodeRow | undefined;
  if (row === undefined) throw corruptStore(file, 'it does not say whose disk it is');
  return row;
}

function readPromises(sql: DatabaseSync, shards: number): Ballot[] {
  const rows = sql.prepare('select shard, number, disk from promise').all();
  const found = rows as unknown as readonly (Ballot & { readonly shard: number })[];
  return Array.from({ length: shards }, (_, shard) => {
    const row = found.find((one) => one.shard === shard);
    return row === undefined ? zeroBallot : { number: row.number, disk: row.disk };
  });
}

function openNode(
  sql: DatabaseSync,
  { file, shards, turn, state, lastEpoch }: NodeFileOptions,
): OpenNodeFile {
  const transaction = transactionOf(sql, turn, state);
  const setPromise = sql.prepare('insert or replace into promise values (?, ?, ?)');
  const addDiscarded = sql.prepare('insert into discarded values (?, ?, ?, ?, ?, ?) on conflict do nothing');
  let row = readNode(sql, file);
  let promises = readPromises(sql, shards);

  const write = (shard: number, ballot: Ballot): void => {
    if (compareBallots(ballot, promises[shard]!) <= 0) return;
    transaction.write();
    setPromise.run(shard, ballot.number, ballot.disk);
    promises[shard] = ballot;
  };
  const facts = (shard: number): LocalFacts => {
    const written = promises[shard]!;
    const last = lastEpoch(shard);
    return { disk: row.disk, boot: row.boot, promised: compareBallots(written, last) >= 0 ? written : last };
  };
  const localOf = (shard: number): Local => ({
    get: () => facts(shard),
    promise(ballot) {
      const { promised } = facts(shard);
      assert(compareBallots(ballot, promised) >= 0, 'a promise never falls (I7)', {
        ballot: formatBallot(ballot),
        promised: formatBallot(promised),
      });
      write(shard, ballot);
    },
    discard(entries) {
      for (const entry of entries) {
        const { epoch, index } = entry.at;
        transaction.write();
        addDiscarded.run(shard, epoch.number, epoch.disk, index, entry.chain, JSON.stringify(entry));
      }
    },
    discarded: () => readDiscarded(sql, shard),
  });
  const locals = promises.map((_, shard) => localOf(shard));
  return {
    transaction,
    keepPromise: write,
    reload() {
      row = readNode(sql, file);
      promises = readPromises(sql, shards);
    },
    forgetSyncs: () => sql.exec('pragma synchronous = off'),
    local: (shard) => locals[shard]!,
    close: () => sql.close(),
  };
}

function readDiscarded(sql: DatabaseSync, shard: number): readonly Entry[] {
  const rows = sql
    .prepare('select entry from discarded where shard = ? order by number, disk, idx, chain')
    .all(shard);
  return (rows as unknown as readonly { entry: string }[]).map(({ entry }) => JSON.parse(entry) as Entry);
}
