import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDir } from '../control/state-dir.ts';
import type { Lab } from './lab.ts';

/** How far a reader has come in a lab. */
export interface Progress {
  /** The chapter to go on with; as many as there are when it is done. */
  readonly chapter: number;
  /** What was predicted in each chapter, and whether that was right; null: skipped, or there was no question. */
  readonly answers: readonly (boolean | null)[];
}

type All = Readonly<Record<string, Progress>>;

export const noProgress: Progress = { chapter: 0, answers: [] };

/** By lab. Nothing, where nothing was kept, or what was cannot be read: a reader begins anew. */
export function readProgress(root: string): All {
  try {
    return JSON.parse(readFileSync(path(root), 'utf8')) as All;
  } catch {
    return {};
  }
}

/** What cannot be written is forgotten: nothing else depends on it. */
export function saveProgress(root: string, { name }: Pick<Lab, 'name'>, progress: Progress): void {
  const temporary = `${path(root)}.${process.pid}`;
  try {
    makePrivateDir(root);
    writeFileSync(temporary, `${JSON.stringify({ ...readProgress(root), [name]: progress })}\n`, {
      mode: 0o600,
    });
    renameSync(temporary, path(root));
  } catch {
    // A full or foreign disk.
    rmSync(temporary, { force: true });
  }
}

/** A file beside the clusters that no cluster's name can be. */
function path(root: string): string {
  return join(root, '.lab-progress.json');
}
