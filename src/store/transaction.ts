import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../lib/assert.ts';
import type { TurnState } from '../protocol/store-medium.ts';
import type { DiskState } from './session.ts';

/** One database's part in a turn. It begins with the first write, so that a turn that only reads syncs nothing. */
export interface Transaction {
  /** To be called before every write. */
  write(): void;
  /**
   * To be called before a read. A turn's reads are one transaction: each by itself takes and gives back a lock
   * of the file, which costs as much as the reading. Outside of a turn they are by themselves.
   */
  read(): void;
  /** With a write. */
  readonly begun: boolean;
  commit(): void;
  /** Never throws: SQLite may have rolled back by itself, or be unable to. */
  rollback(): void;
}

export function transactionOf(
  sql: DatabaseSync,
  turn: Pick<TurnState, 'open'>,
  disk: DiskState,
): Transaction {
  const begin = sql.prepare('begin immediate');
  const beginReading = sql.prepare('begin');
  const commit = sql.prepare('commit');
  let begun = false;
  let reading = false;
  const endReading = (): void => {
    if (reading && sql.isTransaction) commit.run();
    reading = false;
  };
  return {
    get begun() {
      return begun;
    },
    write() {
      assert(turn.open, 'a store is written only between begin and commit');
      if (begun) return;
      endReading();
      begin.run();
      begun = true;
      if (disk.isFull()) refuseToGrow(sql);
    },
    read() {
      if (begun || reading || !turn.open) return;
      beginReading.run();
      reading = true;
    },
    commit() {
      if (!begun) return endReading();
      begun = false;
      // P1: some errors make SQLite roll back by itself; what was written since then stands alone.
      if (!sql.isTransaction) throw new Error('the transaction vanished: SQLite rolled it back');
      commit.run();
    },
    rollback() {
      begun = reading = false;
      try {
        if (sql.isOpen && sql.isTransaction) sql.exec('rollback');
      } catch {
        // The connection is closed by recovery, which rolls back whatever is left.
      }
    },
  };
}

/**
 * Makes SQLite meet a full disk here and now, and throw its own SQLITE_FULL: it may have no page more than it
 * has, and is asked for one. A write that fits into the pages there are would else still succeed for a while.
 */
export function refuseToGrow(sql: DatabaseSync): void {
  const read = (pragma: string): number => {
    const row = sql.prepare(`pragma ${pragma}`).get() as Readonly<Record<string, number>>;
    return Object.values(row)[0]!;
  };
  const most = read('max_page_count');
  const bytes = (read('freelist_count') + 2) * read('page_size');
  sql.exec(`pragma max_page_count = ${read('page_count')}`);
  try {
    sql.exec('create table main.one_page_more (filler)');
    sql.exec(`insert into main.one_page_more values (zeroblob(${bytes}))`);
    throw new Error('the disk is full, and there was room on it');
  } finally {
    sql.exec(`pragma max_page_count = ${most}`);
  }
}
