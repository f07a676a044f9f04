import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from '../support/root.ts';

/** Files below a folder of the repository, by path from its root, with their text. */
export function sourcesIn(folder: string, suffix: RegExp): Map<string, string> {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const kept = paths
    .map((path) => relative(root, path).split(sep).join('/'))
    .filter((path) => suffix.test(path));
  return new Map(kept.toSorted().map((path) => [path, read(path)]));
}

/** The text of one file of the repository. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The folders directly in a folder of the repository. */
export function foldersIn(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
