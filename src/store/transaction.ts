import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../lib/assert.ts';
import type { TurnState } from '../protocol/store-medium.ts';

/** One database's part in a turn. It begins with the first write, so that a turn that only reads syncs nothing. */
export interface Transaction {
  /** To be called before every write. */
  write(): void;
  readonly begun: boolean;
  commit(): void;
  /** Never throws: SQLite may have rolled back by itself, or be unable to. */
  rollback(): void;
}

export function transactionOf(sql: DatabaseSync, turn: TurnState): Transaction {
  const begin = sql.prepare('begin immediate');
  const commit = sql.prepare('commit');
  let begun = false;
  return {
    get begun() {
      return begun;
    },
    write() {
      assert(turn.open, 'a store is written only between begin and commit');
      if (begun) return;
      begin.run();
      begun = true;
    },
    commit() {
      if (!begun) return;
      begun = false;
      // P1: some errors make SQLite roll back by itself; what was written since then stands alone.
      if (!sql.isTransaction) throw new Error('the transaction vanished: SQLite rolled it back');
      commit.run();
    },
    rollback() {
      begun = false;
      try {
        if (sql.isOpen && sql.isTransaction) sql.exec('rollback');
      } catch {
        // The connection is closed by recovery, which rolls back whatever is left.
      }
    },
  };
}
