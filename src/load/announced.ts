import { renameSync, writeFileSync } from 'node:fs';
import type { Cluster } from '../client/cluster-connection.ts';
import { unwritable } from '../control/errors.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import type { Facts } from '../control/message.ts';
import { paths } from '../control/state-dir.ts';
import type { LoadReport } from './report.ts';
import { runLoad, type RunOptions } from './run.ts';

/** A load's document, as it is kept beside its history. */
export interface LoadDocument extends LoadReport {
  readonly schema: 'replab.load/1';
  readonly cluster: string;
}

export interface Announced {
  readonly document: LoadDocument;
  /** Of its end. */
  readonly event: number;
}

export interface AnnouncedOptions extends Omit<RunOptions, 'id' | 'startTMs'> {
  onBegin?(id: string, event: number): void;
}

interface Begun {
  readonly id: string;
  readonly event: number;
  readonly tMs: number;
}

/**
 * Runs a load under an id from the cluster's supervisor, which records when it began and what it came to, and may
 * tell it to stop. `cluster` is not to end with the signal: who interrupts a load still wants its end recorded.
 */
export async function runAnnounced(
  cluster: Cluster,
  plan: LoadPlan,
  { onBegin, signal, ...options }: AnnouncedOptions,
): Promise<Announced> {
  const begun = Promise.withResolvers<Begun>();
  const stopped = new AbortController();
  const attended = cluster.request(
    'load',
    { plan, pid: process.pid },
    { onItem: (item) => ('stop' in item ? stopped.abort() : begun.resolve(item)) },
  );
  attended.catch(begun.reject);
  const { id, event: began, tMs } = await begun.promise;
  onBegin?.(id, began);
  const either = AbortSignal.any([signal, stopped.signal]);
  const report = await runLoad(cluster, plan, { ...options, signal: either, id, startTMs: tMs });
  const document: LoadDocument = { schema: 'replab.load/1', cluster: cluster.name, ...report };
  keep(paths.loadReport(cluster.dir, id), document);
  const { event } = await cluster.request('load-end', { id, figures: figuresOf(report) });
  return { document, event };
}

function keep(path: string, document: LoadDocument): void {
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(document)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function figuresOf({
  ops,
  ok,
  refused,
  unknown,
  tookMs,
  okPerS,
  reads,
  writes,
  staleReads,
}: LoadReport): Facts {
  return {
    ops,
    ok,
    refused,
    unknown,
    tookMs,
    okPerS,
    readP50Ms: reads.latencyMs.p50,
    writeP50Ms: writes.latencyMs.p50,
    staleReads,
  };
}
