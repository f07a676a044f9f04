import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostStore } from '../../src/protocol/store.ts';
import { openDisk, openStore, type SqliteStore } from '../../src/store/open.ts';
import { ballot, disk, leaderLog, put, turn, wholeLog, write, type Subject } from './kit.ts';

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
  return { dir, ...subjectOf(() => [openStore({ dir, cluster: 'c1', disk, durability: 'normal' })], 0) };
}

/** The second of two shards on one disk. The first has a promise, entries and discarded ones of its own. */
export function shardSubject(dir = fastDir()): Subject & { readonly stores: () => readonly SqliteStore[] } {
  const open = (): readonly SqliteStore[] =>
    openDisk({ dir, cluster: 'c1', disk, shards: 2, durability: 'normal' });
  const subject = subjectOf(open, 1);
  const [first] = subject.stores();
  turn(first!, () => {
    first!.local.promise(ballot(9));
    const op = put('a', 'of the first shard');
    first!.local.discard(wholeLog(leaderLog([op, op], ballot(9))));
    write(first!, op, { client: 'c', seq: 1 }, ballot(9));
  });
  return subject;
}

function subjectOf(make: () => readonly SqliteStore[], shard: number) {
  let open = make();
  const current = (): SqliteStore => open[shard]!;
  const closeAll = (): void => {
    for (const store of open) store.close();
  };
  onTestFinished(closeAll);
  const store: HostStore = {
    get local() {
      return current().local;
    },
    get log() {
      return current().log;
    },
    get state() {
      return current().state;
    },
    begin: () => current().begin(),
    commit: () => current().commit(),
    rollback: () => current().rollback(),
    recover: () => current().recover(),
    close: () => current().close(),
    abandon: () => current().abandon(),
  };
  return {
    store,
    sqlite: current,
    stores: () => open,
    restart() {
      closeAll();
      open = make();
    },
  };
}
