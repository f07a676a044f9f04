import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDir } from '../../control/state-dir.ts';

/** Lines that are kept; the file is cut back to them when it has twice as many. */
const most = 1000;

export interface History {
  /** The newest first, as Node.js's readline has them. */
  readonly lines: readonly string[];
  /** A line that begins with a blank, or that has several, is not kept. */
  add(line: string): void;
}

/** For this user alone. A shell that cannot write it goes on without. */
export function openHistory(root: string): History {
  const path = join(root, '.shell-history');
  const old = read(path);
  if (old.length > 2 * most) quietly(() => rewrite(path, old.slice(-most)));
  const lines = old.slice(-most).toReversed();
  return {
    lines,
    add(line) {
      if (line === '' || /^\s/.test(line) || line.includes('\n') || line === lines[0]) return;
      lines.unshift(line);
      quietly(() => {
        makePrivateDir(root);
        appendFileSync(path, `${line}\n`, { mode: 0o600 });
      });
    },
  };
}

function read(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function rewrite(path: string, lines: readonly string[]): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${lines.join('\n')}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // A full or foreign disk: the lines of this session are in memory.
  }
}
