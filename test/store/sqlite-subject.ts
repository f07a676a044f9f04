import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostStore } from '../../src/protocol/store.ts';
import { openStore, type SqliteStore } from '../../src/store/open.ts';
import { disk, type Subject } from './kit.ts';

/**
 * A new empty directory for the length of a test, in memory where there is such a thing: what these tests
 * look at is SQLite's answers, and a busy disk's syncs would only add minutes.
 */
export function fastDir(): string {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rl-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A store in a directory of its own. `store` is the one that is open now. */
export function sqliteSubject(
  dir = fastDir(),
): Subject & { readonly dir: string; readonly sqlite: () => SqliteStore } {
  let open = openStore({ dir, cluster: 'c1', disk, durability: 'normal' });
  onTestFinished(() => open.close());
  const store: HostStore = {
    get local() {
      return open.local;
    },
    get log() {
      return open.log;
    },
    get state() {
      return open.state;
    },
    begin: () => open.begin(),
    commit: () => open.commit(),
    rollback: () => open.rollback(),
    recover: () => open.recover(),
    close: () => open.close(),
    abandon: () => open.abandon(),
  };
  return {
    dir,
    store,
    sqlite: () => open,
    restart() {
      open.close();
      open = openStore({ dir, cluster: 'c1', disk, durability: 'normal' });
    },
  };
}
