import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const tailBytes = 4096;

/** The last line with something on it that was written to a file from `start` on; null when there is none. */
export function lastLine(path: string, start = 0): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const { size } = fstatSync(file);
    const from = Math.max(start, size - tailBytes);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const read = readSync(file, bytes, 0, bytes.length, from);
    const lines = bytes.subarray(0, read).toString('utf8').split('\n');
    return lines.findLast((line) => line.trim() !== '')?.trim() ?? null;
  } finally {
    closeSync(file);
  }
}
