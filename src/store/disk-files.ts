/**
 * A disk as files, while no process has it open, or the one that has is stopped: what a kill leaves and what a
 * copy of a frozen disk holds are both what SQLite recovers from. The `-shm` files are left out: they are an
 * index that is made anew.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskId } from '../protocol/node-id.ts';
import { renameDisk } from './node-file.ts';
import { corruptStore } from './store-error.ts';
import { bytesOfFrames, checkpointedFrames, readWal, type Wal } from './wal-file.ts';

/** node.db, the data.db of each shard, and their WALs. */
const diskFile = /^(?:node|data(?:-\d+)?)\.db(?:-wal)?$/;

/** Throws when there is no such disk. */
async function filesOn(dir: string): Promise<readonly string[]> {
  return (await readdir(dir)).filter((name) => diskFile.test(name)).toSorted();
}

/** Up to where a disk is known to be fsynced: by the name of a WAL, frames of one generation of it. */
export type Synced = Readonly<Record<string, { readonly salts: string; readonly frames: number }>>;

export const nothingSynced: Synced = {};

/** What a power failure took: commits, and the bytes of the WAL they were in. */
export interface LostUnsynced {
  readonly commits: number;
  readonly bytes: number;
}

/**
 * Copies a disk to an empty place, durably, as another disk if need be; answers how many bytes it has. A disk
 * that no store was ever made on is empty, and so is its copy.
 */
export async function copyDisk(from: string, to: string, as: DiskId | null): Promise<number> {
  const there = await filesOn(from);
  if (as !== null && there.length > 0 && !there.includes('node.db')) {
    throw corruptStore(join(from, 'node.db'), 'it is missing, and the rest of the disk is there');
  }
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true, mode: 0o700 });
  let bytes = 0;
  for (const name of there) {
    await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
    bytes += (await stat(join(to, name))).size;
    await syncFile(join(to, name));
  }
  if (as !== null && there.length > 0) renameDisk(join(to, 'node.db'), as);
  return bytes;
}

/** Fsyncs all that is on a disk now. */
export async function syncDisk(dir: string): Promise<Synced> {
  const names = await filesOn(dir);
  // Read first: what is written meanwhile may be synced too, and is not claimed to be.
  const synced = walsOf(dir, names).map(({ name, wal }) => {
    return [name, { salts: wal.salts, frames: wal.commits.at(-1) ?? 0 }] as const;
  });
  // Whoever closes a store meanwhile takes its WALs away, when all of them is in the databases and fsynced.
  for (const name of names) await syncFile(join(dir, name)).catch(ignoreMissing);
  return Object.fromEntries(synced);
}

/**
 * What a machine that loses power would have left of a disk under durability `normal`: each WAL up to where it
 * was fsynced, by `syncDisk` or by a checkpoint, copied to `to` as disk `as`. No copy when nothing was lost.
 */
export async function loseUnsynced(
  { from, synced }: { readonly from: string; readonly synced: Synced },
  { to, as }: { readonly to: string; readonly as: DiskId },
): Promise<LostUnsynced> {
  const cuts = walsOf(from, await filesOn(from)).flatMap(({ name, wal }) => {
    const known = synced[name]?.salts === wal.salts ? synced[name].frames : 0;
    const kept = Math.max(known, checkpointedFrames(join(from, name.replace(/-wal$/, '-shm')), wal));
    const lost = wal.commits.filter((frames) => frames > kept);
    if (lost.length === 0) return [];
    const keptBytes = bytesOfFrames(wal, kept);
    return { name, keptBytes, commits: lost.length, bytes: bytesOfFrames(wal, lost.at(-1)!) - keptBytes };
  });
  if (cuts.length === 0) return { commits: 0, bytes: 0 };
  await copyDisk(from, to, as);
  for (const { name, keptBytes } of cuts) {
    await truncate(join(to, name), keptBytes);
    await syncFile(join(to, name));
  }
  const sum = (of: 'commits' | 'bytes'): number => cuts.reduce((total, cut) => total + cut[of], 0);
  return { commits: sum('commits'), bytes: sum('bytes') };
}

/** The WALs of the shards; that of node.db is fsynced at every commit. */
function walsOf(
  dir: string,
  names: readonly string[],
): readonly { readonly name: string; readonly wal: Wal }[] {
  return names
    .filter((name) => name.startsWith('data') && name.endsWith('-wal'))
    .flatMap((name) => {
      const wal = readWal(join(dir, name));
      return wal === null ? [] : { name, wal };
    });
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
