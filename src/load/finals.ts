import { setTimeout as wait } from 'node:timers/promises';
import type { Cluster } from '../client/cluster-connection.ts';
import { openNodeReader, type NodeReader } from '../client/node-reader.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Operation } from '../history/operation.ts';
import type { Generator, Workload } from '../workloads/workload.ts';
import type { HistoryFile } from './history-file.ts';

export interface Finals {
  /** Nodes that had all there is, and were read. */
  readonly nodes: readonly string[];
  readonly operations: readonly Operation[];
}

export interface FinalsOptions {
  readonly cluster: Cluster;
  readonly prefix: string;
  readonly workload: Workload;
  readonly generator: Generator;
  readonly history: HistoryFile;
  /** The first number that no client has had. */
  readonly process: number;
  readonly settleMs: number;
}

const pauseMs = 20;
const pageKeys = 1000;

/**
 * Reads every key at every node, past any fault, once all of them have what the leader has, or `settleMs` is
 * over. A node that has not by then is left out: what it would show is what it had, not what it ends with.
 */
export async function finalReads(options: FinalsOptions): Promise<Finals> {
  const { cluster, settleMs } = options;
  const settled = (await settle(cluster, settleMs)).filter(isSettled);
  const keys = options.generator.keys();
  const operations: Operation[] = [];
  const nodes: string[] = [];
  for (const [i, view] of settled.entries()) {
    const read = await readNode(options, view, keys, options.process + i * keys.length);
    if (read === null) continue;
    nodes.push(view.id);
    operations.push(...read);
  }
  return { nodes, operations };
}

async function settle(cluster: Cluster, settleMs: number): Promise<readonly NodeView[]> {
  const end = performance.now() + settleMs;
  for (;;) {
    const snapshot = await cluster.freshSnapshot();
    if (awaited(snapshot).every(isSettled) || performance.now() >= end) return snapshot.nodes;
    await wait(pauseMs);
  }
}

/** What is down or paused does not catch up. */
function awaited({ nodes }: Snapshot): readonly NodeView[] {
  return nodes.filter(({ state }) => state === 'running' || state === 'starting');
}

function isSettled({ state, replicas }: NodeView): boolean {
  const settled = replicas.map(
    ({ role, lag, rewinding }) => role !== null && lag.entries === 0 && rewinding !== true,
  );
  return state === 'running' && settled.every(Boolean);
}

/** Null when it does not answer. Each key is an operation of its own, all under way while the pages are read. */
async function readNode(
  { cluster, prefix, workload, history }: FinalsOptions,
  view: NodeView,
  keys: readonly string[],
  process: number,
): Promise<readonly Operation[] | null> {
  const open = keys.map((key, i) => ({
    key,
    operation: history.begin({
      process: process + i,
      session: `final ${view.id}`,
      f: 'read',
      key,
      value: null,
      final: true,
    }),
  }));
  const page = await pageOf(view, cluster.name, `${prefix}/`).catch((error: unknown) => {
    if (error instanceof ReplabError) return null;
    throw error;
  });
  const ended = open.map(({ key, operation }) =>
    page === null
      ? operation.ended('fail', view.id, null)
      : operation.ended('ok', view.id, workload.inPage(key, page)),
  );
  return page === null ? null : ended;
}

async function pageOf(view: NodeView, cluster: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  const pairs = new Map<string, string>();
  for (const { shard } of view.replicas) {
    const reader = openNodeReader(view, { cluster, shard });
    try {
      for await (const [key, value] of pairsOf(reader, prefix)) pairs.set(key, value);
    } finally {
      reader.close();
    }
  }
  return pairs;
}

async function* pairsOf(reader: NodeReader, prefix: string): AsyncGenerator<readonly [string, string]> {
  for (let after = prefix; ;) {
    const page = await reader.page(after, pageKeys);
    yield* page.pairs.filter(([key]) => key.startsWith(prefix));
    const last = page.pairs.at(-1)?.[0];
    if (!page.more || last === undefined || !last.startsWith(prefix)) return;
    after = last;
  }
}
