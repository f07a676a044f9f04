import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../cluster/snapshot.ts';
import { onlyCluster } from './attach.ts';
import { ReplabError } from './errors.ts';
import { clusterDir, documentsIn, listClusters, makePrivateDir, paths } from './state-dir.ts';

/**
 * Results kept by `--save NAME`, one file each in the cluster's directory, for later expectations: they stand
 * beside the snapshot there, so a name may be none of the snapshot's.
 */
export type SavedResults = Readonly<Record<string, SavedResult>>;

/** A command's document, with how it ended. */
export interface SavedResult {
  readonly schema: string;
  readonly exit: number;
  readonly outcome: string;
  readonly [field: string]: unknown;
}

const ofSnapshots: { readonly [K in keyof Snapshot]: true } = {
  schema: true,
  cluster: true,
  mode: true,
  engine: true,
  seq: true,
  tMs: true,
  phase: true,
  events: true,
  options: true,
  leaders: true,
  nodes: true,
  links: true,
  faults: true,
  divergence: true,
};

/** `last` is the result of the command before, where there is one. */
const reserved = ['last', 'and', 'or', 'in', 'true', 'false', 'null', 'function'];

/** What was expected instead, as a phrase; null for a name that can be used. */
export function saveNameFault(name: string): string | null {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,40}$/.test(name))
    return 'a name of letters, digits and _ that begins with a letter, such as r1';
  return Object.hasOwn(ofSnapshots, name) || reserved.includes(name)
    ? 'a name that means nothing else in an expectation, such as r1'
    : null;
}

/** Keeps a result under a name, in place of an earlier one. `cluster` null: the only one. */
export function saveResult(root: string, cluster: string | null, name: string, result: SavedResult): void {
  const owner = cluster ?? onlyCluster(root);
  const exists = listClusters(root).some((one) => one.name === owner);
  if (!exists) throw notSaved(name, owner, 'The cluster has no directory any more');
  const dir = paths.saved(clusterDir(root, owner));
  const path = join(dir, `${name}.json`);
  const temporary = `${path}.${process.pid}`;
  try {
    makePrivateDir(dir);
    writeFileSync(temporary, `${JSON.stringify(result)}\n`, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    throw notSaved(name, owner, (error as Error).message);
  }
}

/** Everything kept of a cluster, by name. */
export function readSaved(clusterDirectory: string): SavedResults {
  const dir = paths.saved(clusterDirectory);
  return Object.fromEntries(
    documentsIn(dir).map((name) => [
      name,
      JSON.parse(readFileSync(join(dir, `${name}.json`), 'utf8')) as SavedResult,
    ]),
  );
}

function notSaved(name: string, cluster: string, detail: string): ReplabError {
  return new ReplabError('not-saved', { name, cluster, detail });
}
