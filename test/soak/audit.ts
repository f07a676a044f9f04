import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ClusterRecord } from '../../src/control/cluster-record.ts';
import { paths } from '../../src/control/state-dir.ts';
import { changesOf } from '../../src/protocol/rows.ts';
import { openStore } from '../../src/store/open.ts';
import { contents, digestOf, replay, wholeLog } from '../store/kit.ts';
import type { Acknowledged } from './writers.ts';

export interface Audit {
  readonly problems: readonly string[];
  /** Acknowledged writes that a promotion gave up, all of them listed as such. */
  readonly discarded: number;
}

/**
 * Opens the stores of a cluster that is down, and holds them against what was acknowledged: every file sound,
 * every log what its chain and digest say, all nodes alike, and nothing acknowledged missing that was not
 * listed as given up.
 */
export function audit(
  dir: string,
  record: ClusterRecord,
  acknowledged: ReadonlyMap<string, Acknowledged>,
  forced: boolean,
): Audit {
  const problems: string[] = [];
  const discarded = new Set<string>();
  let rows: ReadonlyMap<string, string> | null = null;
  let digest: number | null = null;
  for (const { id, disk } of record.nodes) {
    const own = paths.nodeData(dir, id, disk);
    if (!existsSync(join(own, 'data.db'))) {
      problems.push(`${id} has no data`);
      continue;
    }
    try {
      const cluster = soundOwner(own);
      const store = openStore({ dir: own, cluster, disk, durability: 'normal' });
      try {
        const entries = wholeLog(store);
        const held = contents(store);
        const value = store.state.digest().value;
        if (digestOf(held) !== value) problems.push(`${id}: its digest is not that of its rows`);
        if (store.log.base().index === 0 && replay(entries).state.digest().value !== value)
          problems.push(`${id}: its log does not give its rows`);
        if (digest !== null && digest !== value) problems.push(`${id} differs from the nodes before it`);
        digest ??= value;
        rows ??= new Map(held);
        for (const { body } of store.local.discarded()) {
          for (const { old, new: now } of changesOf(body)) discarded.add(String((now ?? old)?.['key']));
        }
      } finally {
        store.close();
      }
    } catch (error) {
      problems.push(`${id}: ${String(error)}`);
    }
  }
  const missing = [...acknowledged].filter(([key, { value }]) => rows?.get(key) !== value);
  for (const [key, { at }] of missing) {
    if (!discarded.has(key)) problems.push(`${key}, acknowledged at ${at}, is gone and was never given up`);
    else if (!forced) problems.push(`${key}, acknowledged at ${at}, was given up without a promotion`);
  }
  return { problems: problems.slice(0, 20), discarded: missing.length };
}

/** Both files pass SQLite's own check; answers with the cluster they say they are of. */
export function soundOwner(dir: string): string {
  let owner = '';
  for (const file of ['node.db', 'data.db']) {
    const sql = new DatabaseSync(join(dir, file));
    const [check] = sql.prepare('pragma integrity_check').all() as { integrity_check: string }[];
    ({ cluster: owner } = sql.prepare('select cluster from owner').get() as { cluster: string });
    sql.close();
    if (check?.integrity_check !== 'ok') throw new Error(`${file}: ${check?.integrity_check}`);
  }
  return owner;
}
