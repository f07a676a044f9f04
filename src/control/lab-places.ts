import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { listClusters } from './state-dir.ts';
import { takeDownCluster } from './take-down.ts';

/** Where runs of labs have their places, in the user's state directory: no cluster has such a name. */
export function labPlaces(root: string): string {
  return join(root, '.labs');
}

/** What a run writes down of itself. */
export const placeRecord = 'run.json';

/** The state directory of a run's cluster, in the run's place. */
export function stateOfPlace(dir: string): string {
  return join(dir, 'replab');
}

export interface LabPlace {
  readonly dir: string;
  /** `kept`: it is over, and what happened was to be kept. `left`: its runner is gone without a word. */
  readonly state: 'running' | 'kept' | 'left';
}

export function listLabPlaces(root: string): readonly LabPlace[] {
  const base = labPlaces(root);
  let names: readonly string[];
  try {
    names = readdirSync(base)
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  } catch {
    return [];
  }
  return names.map((name) => ({ dir: join(base, name), state: stateOf(join(base, name)) }));
}

function stateOf(dir: string): LabPlace['state'] {
  try {
    const { runner } = JSON.parse(readFileSync(join(dir, placeRecord), 'utf8')) as {
      readonly runner: ProcessIdentity | null;
    };
    if (runner === null) return 'kept';
    return isAlive(runner) ? 'running' : 'left';
  } catch {
    return 'left';
  }
}

/** Ends the clusters in a place whose runner is gone, should any be up, and removes it. */
export async function removeLabPlace(dir: string): Promise<void> {
  const root = stateOfPlace(dir);
  for (const { name } of listClusters(root)) await takeDownCluster(root, name, { keep: false });
  rmSync(dir, { recursive: true, force: true });
}
