/**
 * data.db: keys and values, log, position, chain and digest, changed in one transaction.
 *
 * A WAL, so that a commit is one append and, without `--durability full`, no sync: a killed process loses
 * nothing, since what it wrote is the kernel's; only the machine's own death could. The lock stays normal
 * (unlike node.db's) so that the files can be looked into with `sqlite3` while the node runs.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Durability } from '../cluster/spec.ts';
import { logOf, type TurnLog } from '../protocol/log-core.ts';
import type { Ballot } from '../protocol/position.ts';
import { stateOf } from '../protocol/state-core.ts';
import type { State } from '../protocol/store.ts';
import type { Head, Medium, TurnState } from '../protocol/store-medium.ts';
import { captureOf, type Capture } from './capture.ts';
import { createSchema, explaining, openDatabase } from './database.ts';
import { dedupeRows, dedupeSchema } from './dedupe-rows.ts';
import { headSchema, headWriter, loadHead } from './head.ts';
import { kvRows, kvSchema } from './kv-rows.ts';
import { logRows, logSchema } from './log-rows.ts';
import type { DiskState } from './session.ts';
import { corruptStore } from './store-error.ts';
import { transactionOf, type Transaction } from './transaction.ts';

export interface DataFile {
  readonly state: State;
  readonly log: TurnLog;
  readonly transaction: Transaction;
  /** Writes the position and digest of this turn; the last thing before its commit. */
  saveHead(): void;
  /** Forgets what is in memory for what is on disk. */
  reload(): void;
  limitPages(pages: number | null): void;
  forgetSyncs(): void;
  close(): void;
}

export interface DataFileOptions {
  readonly file: string;
  readonly cluster: string;
  readonly durability: Durability;
  readonly turn: TurnState;
  readonly state: DiskState;
  /** node.db was made just now: then data.db must be empty too, and else it must not be missing. */
  readonly freshDisk: boolean;
  readonly keepPromise: (epoch: Ballot) => void;
}

const busyMs = 5000;

export function openDataFile(options: DataFileOptions): DataFile {
  const { file, cluster, durability, freshDisk } = options;
  const { sql, fresh } = openDatabase({ file, cluster, timeoutMs: busyMs, setUp });
  try {
    return explaining(file, () => {
      if (fresh && !freshDisk) throw corruptStore(file, 'it holds nothing, and node.db beside it does');
      if (durability === 'full') sql.exec('pragma synchronous = full');
      sql.exec('pragma journal_mode = wal');
      if (fresh) create(sql, cluster);
      sql.exec(`pragma synchronous = ${durability}`);
      if (freshDisk && loadHead(sql, file).last.index > 0) {
        throw corruptStore(file, 'it has a log, and node.db beside it is missing or empty');
      }
      return assemble(sql, options);
    });
  } catch (error) {
    sql.close();
    throw error;
  }
}

function create(sql: DatabaseSync, cluster: string): void {
  sql.exec('begin immediate');
  createSchema(sql, [kvSchema, dedupeSchema, logSchema, headSchema].join(';'), cluster);
  sql.exec('commit');
}

function assemble(sql: DatabaseSync, { file, turn, state, keepPromise }: DataFileOptions): DataFile {
  let now = loadHead(sql, file);
  const head = (): Head => now;
  const transaction = transactionOf(sql, turn, state);
  const capture = captureOf(sql, head);
  const medium: Medium = {
    turn,
    head,
    write: transaction.write,
    atomically: savepoint(sql, capture),
    kv: kvRows(sql, capture, transaction.read),
    log: logRows(sql),
    dedupe: dedupeRows(sql),
    keepPromise,
  };
  const log = logOf(medium);
  const writeHead = headWriter(sql);
  return {
    log,
    state: stateOf(medium, log),
    transaction,
    saveHead: () => writeHead(now),
    reload() {
      now = loadHead(sql, file);
      capture.take();
      log.startTurn();
    },
    limitPages: (pages) => sql.exec(`pragma max_page_count = ${pages ?? sqliteMaxPages}`),
    forgetSyncs: () => sql.exec('pragma synchronous = off'),
    close: () => sql.close(),
  };
}

function savepoint(sql: DatabaseSync, capture: Capture): Medium['atomically'] {
  const set = sql.prepare('savepoint part');
  const rollback = sql.prepare('rollback to part');
  const release = sql.prepare('release part');
  return (work) => {
    const cutBack = capture.mark();
    set.run();
    const done = work();
    if (!done) {
      rollback.run();
      cutBack();
    }
    release.run();
    return done;
  };
}

/** SQLite's own bound on pages. */
const sqliteMaxPages = 4294967294;

/**
 * `recursive_triggers` lets the capture see the delete that OR REPLACE implies (P2). With durability normal
 * the file is made without syncs: power loss may take an empty store as it may take the last writes.
 * A checkpoint syncs whatever the durability: every 16 MiB of WAL instead of SQLite's 4 MiB, puts were a
 * fifth to a third faster on disk, and the longest turn no longer.
 */
const setUp = `
  pragma recursive_triggers = 1;
  pragma temp_store = memory;
  pragma wal_autocheckpoint = 4000;
  pragma synchronous = off`;
