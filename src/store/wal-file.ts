/**
 * SQLite's write-ahead log, as bytes (sqlite.org/fileformat2.html, section 4, and walformat.html for the
 * index in `-shm`). Header 32 bytes: page size at 8, salts at 16 and 20. Each frame 24 bytes and a page: the
 * size of the database after a commit at 4, else 0; the salts of its generation at 8 and 12.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;

/** One generation of a WAL: it begins anew, under other salts, once all of it is in the database file. */
export interface Wal {
  readonly salts: string;
  readonly pageSize: number;
  /** Of each commit, the number of frames up to its last. What lies behind the last was never committed. */
  readonly commits: readonly number[];
}

/** Null when there is none, or nothing in it. */
export function readWal(file: string): Wal | null {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const header = readAt(handle, 0, headerBytes);
    if (header === null) return null;
    const pageSize = header.readUInt32BE(8);
    const salts = header.toString('hex', 16, 24);
    const commits: number[] = [];
    const frameBytes = frameHeaderBytes + pageSize;
    const frames = Math.floor((fstatSync(handle).size - headerBytes) / frameBytes);
    for (let n = 0; n < frames; n += 1) {
      const frame = readAt(handle, headerBytes + n * frameBytes, frameHeaderBytes);
      if (frame === null || frame.toString('hex', 8, 16) !== salts) break;
      if (frame.readUInt32BE(4) !== 0) commits.push(n + 1);
    }
    return { salts, pageSize, commits };
  } finally {
    closeSync(handle);
  }
}

export function bytesOfFrames({ pageSize }: Wal, frames: number): number {
  return headerBytes + frames * (frameHeaderBytes + pageSize);
}

/**
 * Frames of this generation that a checkpoint has fsynced, as the index that lies beside a WAL says: it syncs
 * the WAL before it writes to the database, and that before it says so. 0 when none has begun.
 */
export function checkpointedFrames(shmFile: string, { salts }: Wal): number {
  let index: Buffer;
  try {
    index = readFileSync(shmFile).subarray(0, 136);
  } catch {
    return 0;
  }
  if (index.length < 136 || index.toString('hex', 32, 40) !== salts) return 0;
  const read = (at: number): number => (isLittleEndian ? index.readUInt32LE(at) : index.readUInt32BE(at));
  return Math.max(read(96), read(128));
}

/** The index is in the byte order of the machine. */
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function readAt(handle: number, at: number, length: number): Buffer | null {
  const bytes = Buffer.alloc(length);
  return readSync(handle, bytes, 0, length, at) === length ? bytes : null;
}
