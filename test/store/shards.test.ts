import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { diskOf } from '../../src/protocol/node-id.ts';
import { copyDisk, loseUnsynced, syncDisk } from '../../src/store/disk-files.ts';
import { openDisk, openStore, type SqliteStore } from '../../src/store/open.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { tempDir } from '../support/until.ts';
import { ballot, disk, get, put, turn, write } from './kit.ts';
import { fastDir } from './sqlite-subject.ts';
import { hostOf } from './turn-host.ts';

function open(dir: string, shards = 2, of = disk): readonly SqliteStore[] {
  const stores = openDisk({ dir, cluster: 'c1', disk: of, shards, durability: 'normal' });
  onTestFinished(() => close(stores));
  return stores;
}

function close(stores: readonly SqliteStore[]): void {
  for (const store of stores) store.close();
}

function putIn(store: SqliteStore, ...keys: readonly string[]): void {
  for (const key of keys) turn(store, () => write(store, put(key, key)));
}

function codeOf(work: () => void): string {
  try {
    work();
    return 'opened';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code;
  }
}

describe('a disk with several shards', () => {
  test('each has its own log, contents, promise and discarded entries; disk and boot are the disk’s', () => {
    const dir = fastDir();
    const [first, second] = open(dir) as [SqliteStore, SqliteStore];
    turn(first, () => first.local.promise(ballot(5)));
    putIn(second, 'a');
    turn(second, () => second.local.discard(second.log.read(second.log.base(), 1000)));
    close([first, second]);
    const [again, other] = open(dir) as [SqliteStore, SqliteStore];
    expect(again.local.get()).toEqual({ disk, boot: 2, promised: ballot(5) });
    expect(other.local.get()).toEqual({ disk, boot: 2, promised: ballot(1) });
    expect([get(again, 'a'), get(other, 'a')]).toEqual([null, 'a']);
    expect([again, other].map(({ log }) => log.last().index)).toEqual([0, 1]);
    expect([again, other].map(({ local }) => local.discarded().length)).toEqual([0, 1]);
  });

  test('a failed turn of one takes nothing of the other along, though both are in node.db', () => {
    const [first, second] = open(fastDir()) as [SqliteStore, SqliteStore];
    putIn(second, 'b');
    turn(second, () => second.local.promise(ballot(3)));
    const writer = hostOf(first);
    first.limitPages(1);
    expect(writer.put(['big', 'v'.repeat(20_000)])).toEqual(['refused turn-failed']);
    first.limitPages(null);
    // node.db was opened anew under the second shard, which goes on.
    turn(second, () => second.local.promise(ballot(4)));
    turn(second, () => write(second, put('c', 'c'), {}, ballot(4)));
    expect(writer.put(['a', '1'])).toEqual(['ok 1@n1/1']);
    expect(second.local.get()).toEqual({ disk, boot: 1, promised: ballot(4) });
    expect([get(first, 'a'), get(second, 'b'), get(second, 'c')]).toEqual(['1', 'b', 'c']);
  });

  test('one whose files cannot be opened again leaves the other at work', () => {
    const dir = fastDir();
    const [first, second] = open(dir) as [SqliteStore, SqliteStore];
    putIn(first, 'a');
    first.begin();
    write(first, put('b', 'b'));
    first.rollback();
    rmSync(join(dir, 'data.db'));
    rmSync(join(dir, 'data.db-wal'));
    expect(codeOf(() => first.recover())).toBe('corrupt');
    // The turn meets a closed node.db, fails, and recovery opens it.
    const writer = hostOf(second);
    expect(writer.put(['c', '1'])).toEqual(['ok 1@n1/1']);
    expect(writer.host.failure).toBeNull();
    expect(get(second, 'c')).toBe('1');
  });

  test('node.db is another process’s to open only when the last store is closed', () => {
    const dir = fastDir();
    const [first, second] = open(dir) as [SqliteStore, SqliteStore];
    first.close();
    expect(codeOf(() => open(dir))).toBe('locked');
    putIn(second, 'a');
    second.close();
    expect(codeOf(() => open(dir))).toBe('opened');
  });

  test('what is missing, or another number of shards, is said and not made', () => {
    const dir = fastDir();
    close(open(dir));
    expect(codeOf(() => open(dir, 1))).toBe('foreign-store');
    expect(codeOf(() => open(dir, 3))).toBe('corrupt');
    expect(existsSync(join(dir, 'data-2.db'))).toBe(false);
    rmSync(join(dir, 'data-1.db'));
    expect(codeOf(() => open(dir))).toBe('corrupt');
    const single = fastDir();
    openStore({ dir: single, cluster: 'c1', disk, durability: 'normal' }).close();
    expect(existsSync(join(single, 'data-1.db'))).toBe(false);
  });
});

describe('the files of a disk with several shards', () => {
  const renamed = diskOf('n1', 2);

  test('a copy has all of them', async () => {
    const dir = join(tempDir(), 'disk');
    const [first, second] = open(dir) as [SqliteStore, SqliteStore];
    putIn(first, 'a');
    putIn(second, 'b');
    const to = join(tempDir(), 'to');
    await copyDisk(dir, to, renamed);
    const copies = open(to, 2, renamed);
    expect([get(copies[0]!, 'a'), get(copies[1]!, 'b')]).toEqual(['a', 'b']);
  });

  test('each loses what it had not synced', async () => {
    const dir = join(tempDir(), 'disk');
    const [first, second] = open(dir) as [SqliteStore, SqliteStore];
    putIn(first, 'a');
    putIn(second, 'b');
    const synced = await syncDisk(dir);
    putIn(first, 'c');
    putIn(second, 'd', 'e');
    const to = join(tempDir(), 'to');
    expect((await loseUnsynced({ from: dir, synced }, { to, as: renamed })).commits).toBe(3);
    const left = open(to, 2, renamed);
    expect(left.map(({ log }) => log.last().index)).toEqual([1, 1]);
  });
});
