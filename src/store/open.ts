import { assert } from '../lib/assert.ts';
import type { HostStore } from '../protocol/store.ts';
import { newTurn } from '../protocol/store-medium.ts';
import { openSession, type Session, type StoreOptions } from './session.ts';

export interface SqliteStore extends HostStore {
  /** The disk is full when data.db has this many pages; null: when the disk is. Outlives `recover`. */
  limitPages(pages: number | null): void;
}

/**
 * Opens the store in `options.dir` and counts a boot. Throws `StoreError` when that cannot be.
 * `local`, `log` and `state` are to be asked for anew after `recover`, which may open the files again.
 */
export function openStore(options: StoreOptions): SqliteStore {
  const turn = newTurn();
  let session: Session | null = openSession(options, turn, 'count');
  /** A turn has failed since the files were opened: recovery opens them again. */
  let failed = false;
  /** What is in memory may not be what is on disk. */
  let stale = false;
  let pageLimit: number | null = null;

  const current = (): Session => {
    assert(session !== null, 'a store is used while it is open');
    return session;
  };
  const endTurn = (): void => {
    turn.open = false;
    turn.unlogged = 0;
  };
  const close = (): void => {
    endTurn();
    const closing = session;
    session = null;
    closing?.close();
  };
  return {
    get local() {
      return current().local;
    },
    get log() {
      return current().log;
    },
    get state() {
      return current().state;
    },
    begin() {
      assert(!turn.open && !stale, 'a turn begins after the one before has ended or was recovered from');
      current().startTurn();
      turn.open = true;
    },
    commit() {
      assert(turn.open, 'a turn is committed once');
      assert(turn.unlogged === 0, 'what a turn wrote is in the log');
      endTurn();
      failed = stale = true;
      const entries = current().commit();
      failed = stale = false;
      return entries;
    },
    rollback() {
      if (!turn.open) return;
      endTurn();
      failed = true;
      session?.rollback();
      stale = session === null || !reloaded(session);
    },
    recover() {
      if (failed) close();
      session ??= openSession(options, turn, 'keep');
      endTurn();
      if (pageLimit !== null) session.limitPages(pageLimit);
      session.reload();
      failed = stale = false;
    },
    close,
    abandon() {
      session?.forgetSyncs();
      close();
    },
    limitPages(pages) {
      pageLimit = pages;
      session?.limitPages(pages);
    },
  };
}

function reloaded(session: Session): boolean {
  try {
    session.reload();
    return true;
  } catch {
    return false;
  }
}
