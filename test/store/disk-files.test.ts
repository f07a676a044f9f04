import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskOf } from '../../src/protocol/node-id.ts';
import type { Position } from '../../src/protocol/position.ts';
import { copyDisk, loseUnsynced, syncDisk } from '../../src/store/disk-files.ts';
import { openStore, type SqliteStore } from '../../src/store/open.ts';
import { bytesOfFrames, readWal } from '../../src/store/wal-file.ts';
import { tempDir } from '../support/until.ts';
import { bundle, start } from './child.ts';
import { ballot, disk, put, turn, write } from './kit.ts';

const second = diskOf('n1', 2);

/** As a kill leaves it: SQLite closes nothing, so the files are copied while the store is open. */
function killed(dir: string): string {
  const left = join(tempDir(), 'left');
  cpSync(dir, left, { recursive: true });
  return left;
}

function open(dir: string, of = disk): SqliteStore {
  return openStore({ dir, cluster: 'c1', disk: of, durability: 'normal' });
}

function putTurns(store: SqliteStore, from: number, to: number): Position[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const [entry] = turn(store, () => write(store, put(`k${from + i}`, 'v'.repeat(50 * (i + 1)))));
    return entry!.at;
  });
}

describe('a disk that loses what was not fsynced', () => {
  test('what was synced before stays, what came after is gone, commit by commit', async () => {
    const dir = join(tempDir(), 'disk');
    const store = open(dir);
    const before = putTurns(store, 1, 5).at(-1)!;
    const synced = await syncDisk(dir);
    putTurns(store, 6, 9);
    const left = killed(dir);
    const to = join(tempDir(), 'to');
    const lost = await loseUnsynced({ from: left, synced }, { to, as: second });
    expect(lost.commits).toBe(4);
    const back = open(to, second);
    expect(back.log.last()).toEqual(before);
    expect(back.state.size()).toBe(5);
    expect(back.local.get()).toMatchObject({ disk: second, boot: 1 });
    back.close();
    store.close();
  });

  test('what SQLite has checkpointed is fsynced, whatever was synced before it', async () => {
    const dir = join(tempDir(), 'disk');
    const store = open(dir);
    putTurns(store, 1, 3);
    const synced = await syncDisk(dir);
    // More than the 16 MiB of WAL after which SQLite checkpoints by itself.
    const big = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 20; i += 1) turn(store, () => write(store, put(`big${i}`, big)));
    const after = putTurns(store, 4, 4).at(-1)!;
    const left = killed(dir);
    const to = join(tempDir(), 'to');
    const lost = await loseUnsynced({ from: left, synced }, { to, as: second });
    expect(lost.commits).toBeGreaterThan(0);
    expect(lost.commits).toBeLessThan(20);
    const back = open(to, second);
    expect(back.log.last().index).toBe(after.index - lost.commits);
    back.close();
    store.close();
  });

  test('nothing is lost, and nothing copied, when all is fsynced or the store was closed', async () => {
    const dir = join(tempDir(), 'disk');
    const store = open(dir);
    putTurns(store, 1, 3);
    const synced = await syncDisk(dir);
    const to = join(tempDir(), 'to');
    const nothing = { commits: 0, bytes: 0 };
    expect(await loseUnsynced({ from: killed(dir), synced }, { to, as: second })).toEqual(nothing);
    putTurns(store, 4, 6);
    store.close();
    expect(await loseUnsynced({ from: dir, synced }, { to, as: second })).toEqual(nothing);
    expect(readdirSync(tempDir())).not.toContain('to');
  });

  test('promises survive: node.db is fsynced at every commit', async () => {
    const dir = join(tempDir(), 'disk');
    const store = open(dir);
    putTurns(store, 1, 1);
    const synced = await syncDisk(dir);
    turn(store, () => {
      store.local.promise(ballot(7));
      write(store, put('k', 'v'), {}, ballot(7));
    });
    const to = join(tempDir(), 'to');
    await loseUnsynced({ from: killed(dir), synced }, { to, as: second });
    const back = open(to, second);
    expect(back.local.get().promised).toEqual(ballot(7));
    expect(back.log.last().epoch).toEqual(ballot(1));
    back.close();
    store.close();
  });

  test('processes killed in the middle of it: what is left opens, at what was synced or later', async () => {
    const script = await bundle('writer', tempDir());
    for (let round = 0; round < 8; round += 1) {
      const dir = join(tempDir(), 'disk');
      const child = start(script, [dir, 'normal']);
      await child.said(10 + round);
      const synced = await syncDisk(dir);
      await child.said(child.lines.length + 20 + round);
      await child.kill();
      const to = join(tempDir(), 'to');
      const { commits } = await loseUnsynced({ from: dir, synced }, { to, as: second });
      expect(commits).toBeGreaterThan(0);
      const back = open(to, second);
      expect(
        readWal(join(dir, 'data.db-wal'))!.commits.filter(
          (frames) => frames <= synced['data.db-wal']!.frames,
        ),
      ).not.toEqual([]);
      expect(back.state.applied()).toEqual(back.log.last());
      back.close();
    }
  }, 60_000);
});

describe('copies', () => {
  test('of a process that is stopped: as it was at that moment, and durable', async () => {
    const script = await bundle('writer', tempDir());
    const dir = join(tempDir(), 'disk');
    const child = start(script, [dir, 'normal']);
    await child.said(30);
    process.kill(child.pid, 'SIGSTOP');
    const to = join(tempDir(), 'to');
    const bytes = await copyDisk(dir, to, null);
    process.kill(child.pid, 'SIGCONT');
    expect(bytes).toBeGreaterThan(10_000);
    await child.said(child.lines.length + 10);
    await child.kill();
    const copy = open(to);
    expect(copy.state.applied()).toEqual(copy.log.last());
    expect(copy.local.get().boot).toBe(2);
    copy.close();
  });

  test('as another disk: its promises stay, its boots count anew, its former id opens it no more', async () => {
    const dir = join(tempDir(), 'disk');
    const store = open(dir);
    turn(store, () => store.local.promise(ballot(3)));
    store.close();
    const to = join(tempDir(), 'to');
    await copyDisk(dir, to, second);
    expect(() => open(to)).toThrow('belongs to disk n1.2, not to n1');
    const back = open(to, second);
    expect(back.local.get()).toEqual({ disk: second, boot: 1, promised: ballot(3) });
    back.close();
  });
});

describe('a disk that no store was made on', () => {
  const empty = (): string => {
    const dir = join(tempDir(), 'disk');
    mkdirSync(dir);
    return dir;
  };

  test('is copied as an empty one, as another disk too, and opens as that', async () => {
    const to = join(tempDir(), 'to');
    expect(await copyDisk(empty(), to, null)).toBe(0);
    expect(await copyDisk(empty(), to, second)).toBe(0);
    expect(readdirSync(to)).toEqual([]);
    const store = open(to, second);
    expect(store.local.get()).toMatchObject({ disk: second, boot: 1 });
    store.close();
  });

  test('or not wholly made on, is copied as it is', async () => {
    const dir = empty();
    writeFileSync(join(dir, 'node.db'), '');
    const to = join(tempDir(), 'to');
    await copyDisk(dir, to, second);
    const store = open(to, second);
    expect(store.local.get()).toMatchObject({ disk: second, boot: 1 });
    store.close();
  });

  test('has nothing to sync and nothing to lose', async () => {
    const from = empty();
    const synced = await syncDisk(from);
    expect(synced).toEqual({});
    const to = join(tempDir(), 'to');
    expect(await loseUnsynced({ from, synced }, { to, as: second })).toEqual({ commits: 0, bytes: 0 });
  });

  test('is not one that is missing, nor one that is half there', async () => {
    const none = join(tempDir(), 'none');
    const to = join(tempDir(), 'to');
    await expect(copyDisk(none, to, null)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(syncDisk(none)).rejects.toMatchObject({ code: 'ENOENT' });
    const dir = join(tempDir(), 'disk');
    open(dir).close();
    rmSync(join(dir, 'node.db'));
    await expect(copyDisk(dir, to, second)).rejects.toMatchObject({ code: 'corrupt' });
    expect(existsSync(to)).toBe(false);
  });
});

test('a WAL that is none, or cut off in its header, has nothing in it', () => {
  const file = join(tempDir(), 'wal');
  expect(readWal(file)).toBeNull();
  writeFileSync(file, 'short');
  expect(readWal(file)).toBeNull();
  expect(bytesOfFrames({ salts: '', pageSize: 4096, commits: [] }, 2)).toBe(32 + 2 * 4120);
});
