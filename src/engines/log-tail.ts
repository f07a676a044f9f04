import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const tailBytes = 4096;

/** What Node.js prints below the sentence it aborts with. */
const nativeStack = /^\s*(\d+: 0x|-+ \w+ stack trace -+$)/;

/**
 * What a process left as its last words in a log, from `start` on: the last line that names an error (what
 * Node prints ends with a stack and its version), else the last with something on it. Null when there is none.
 */
export function lastWords(path: string, start = 0): string | null {
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
    const lines = bytes
      .subarray(0, read)
      .toString('utf8')
      .split('\n')
      .filter((line) => !nativeStack.test(line));
    const said = lines.findLast((line) => /^\s*(Uncaught )?[A-Z]\w*(Error|Exception)\b/.test(line));
    return (said ?? lines.findLast((line) => line.trim() !== ''))?.trim() ?? null;
  } finally {
    closeSync(file);
  }
}
