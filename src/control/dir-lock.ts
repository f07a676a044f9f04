import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unwritable } from './errors.ts';
import { paths } from './state-dir.ts';

export interface DirLock {
  release(): void;
}

/**
 * The right to write in a cluster's directory: a lock of the kernel's, so that it ends with its holder,
 * however that ends, and can be neither stale nor taken twice. (Node has no flock(2); SQLite takes the same
 * kind of lock on an empty file.) Null: another process holds it.
 */
export function lockDir(dir: string): DirLock | null {
  return lockFile(paths.lock(dir));
}

/** The same of one file, which is made if it is not there. */
export function lockFile(path: string): DirLock | null {
  try {
    return takeLock(path);
  } catch (error) {
    throw unwritable(dirname(path), error);
  }
}

function takeLock(path: string): DirLock | null {
  for (;;) {
    closeSync(openSync(path, 'a', 0o600));
    const before = inodeOf(path);
    const db = new DatabaseSync(path, { timeout: 0 });
    try {
      // Nothing is ever written, so there is nothing to roll back: no journal beside it.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      if ((error as { errcode?: number }).errcode === sqliteBusy) return null;
      throw error;
    }
    // Its last holder may have removed the directory, and another may have made it anew, since it was opened.
    if (before !== null && before === inodeOf(path)) return { release: () => db.close() };
    db.close();
  }
}

const sqliteBusy = 5;

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
