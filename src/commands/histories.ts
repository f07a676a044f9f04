import { readdirSync } from 'node:fs';
import { onlyCluster } from '../control/attach.ts';
import { ReplabError } from '../control/errors.ts';
import { clusterDir, manualHistory, paths } from '../control/state-dir.ts';
import type { Completes } from './completes.ts';
import type { Context } from './command.ts';

/** What a load's history is called. */
export function isLoadId(name: string): boolean {
  return /^l\d{1,9}$/.test(name);
}

const isId = (given: string): boolean => isLoadId(given) || given === manualHistory;

/**
 * The file of a history: a path is one, the id of a load stands for its own, `manual` for that of single commands.
 * Null: the cluster's only one; those of loads come first, since nearly every cluster has the other as well.
 */
export function historyFile(
  { root, cluster: named }: Pick<Context, 'root' | 'cluster'>,
  given: string | null,
): string {
  if (given !== null && !isId(given)) return given;
  const cluster = named ?? onlyCluster(root);
  const dir = clusterDir(root, cluster);
  const all = historiesOf(dir);
  const names = all.join(', ');
  if (given !== null) {
    if (all.includes(given)) return paths.history(dir, given);
    throw new ReplabError('no-such-history', { cluster, id: given, names });
  }
  const loads = all.filter(isLoadId);
  const [first, second] = loads.length > 0 ? loads : all;
  if (first === undefined) throw new ReplabError('no-such-history', { cluster, id: null, names });
  if (second !== undefined)
    throw new ReplabError('several-histories', { cluster, names, first: loads.at(-1) ?? first });
  return paths.history(dir, first);
}

/** In the order they were begun. */
export function historiesOf(dir: string): readonly string[] {
  try {
    return readdirSync(paths.histories(dir))
      .flatMap((name) => (name.endsWith('.ndjson') ? [name.slice(0, -'.ndjson'.length)] : []))
      .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Files complete as the shell does; ids are what only we know. */
export const historyWords: Completes = {
  kind: 'words',
  separators: '',
  words({ root, cluster }) {
    const spec = cluster()?.spec;
    return spec === undefined
      ? []
      : historiesOf(clusterDir(root, spec.name)).map((word) => ({ word, means: 'a history' }));
  },
};
