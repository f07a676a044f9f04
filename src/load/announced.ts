import type { Cluster } from '../client/cluster-connection.ts';
import type { Facts } from '../control/message.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import type { LoadReport } from './report.ts';
import { runLoad, type RunOptions } from './run.ts';

export interface Announced {
  readonly report: LoadReport;
  /** Of its end. */
  readonly event: number;
}

export interface AnnouncedOptions extends Omit<RunOptions, 'id' | 'startTMs'> {
  onBegin?(id: string): void;
}

/**
 * Runs a load under an id from the cluster's supervisor, which records when it began, and what it came to.
 * `cluster` is not to end with the signal: who interrupts a load still wants its end recorded.
 */
export async function runAnnounced(
  cluster: Cluster,
  plan: LoadPlan,
  { onBegin, ...options }: AnnouncedOptions,
): Promise<Announced> {
  const begun = Promise.withResolvers<{ readonly id: string; readonly tMs: number }>();
  const attended = cluster.request('load', { plan }, { onItem: begun.resolve });
  attended.catch(begun.reject);
  const { id, tMs } = await begun.promise;
  onBegin?.(id);
  const report = await runLoad(cluster, plan, { ...options, id, startTMs: tMs });
  const { event } = await cluster.request('load-end', { id, figures: figuresOf(report) });
  return { report, event };
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
