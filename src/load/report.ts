import type { SessionCounts } from '../client/session/state.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import type { Operation, Outcome } from '../history/operation.ts';
import type { Anomalies, Found } from './anomalies.ts';
import { quantilesOf, rounded, type Quantiles } from './quantiles.ts';

/** An operation of a load with what its history does not say. */
export interface Recorded {
  readonly operation: Operation;
  /** When it was due: later is late, whoever is to blame. */
  readonly dueMs: number;
  readonly tookMs: number;
  readonly isRead: boolean;
  /** Of an error; null when it is done. */
  readonly code: string | null;
  /** Of the node that answered, when it did. */
  readonly role: 'leader' | 'follower' | null;
}

export interface Tally {
  readonly ops: number;
  readonly ok: number;
  readonly refused: number;
  readonly unknown: number;
  /** Of all; null when there was none. */
  readonly successRate: number | null;
}

export interface Side extends Tally {
  readonly okPerS: number;
  readonly latencyMs: Quantiles;
}

/** A second of it, by when operations were due. */
export interface Window extends Tally {
  readonly fromMs: number;
  readonly toMs: number;
  readonly staleReads: number;
  readonly readP50Ms: number | null;
  readonly readP99Ms: number | null;
  readonly writeP50Ms: number | null;
  readonly writeP99Ms: number | null;
}

/** What guarantees cost, over all users. */
export interface SessionCosts {
  /** Reads that had to wait at a replica, and for how long all of them did. */
  readonly waits: number;
  readonly waitedMs: number;
  /** Times a read was sent on to another replica. */
  readonly moves: number;
  /** Times what a user had seen turned out to be lost. */
  readonly losses: number;
}

export interface LoadReport extends Tally, Anomalies {
  readonly id: string;
  readonly workload: string;
  readonly plan: LoadPlan;
  /** On the clock of the cluster's events. */
  readonly startTMs: number;
  readonly tookMs: number;
  /** Due at the rate, and not begun before the end, since all clients were busy: they are in no count and no latency. */
  readonly notBegun: number;
  readonly okPerS: number;
  readonly reads: Side;
  readonly writes: Side;
  /** Reads that were answered, by whether the node led then. */
  readonly readsAt: { readonly leader: number; readonly follower: number };
  readonly sessions: SessionCosts;
  readonly nodes: readonly {
    readonly id: string;
    readonly ok: number;
    readonly reads: number;
    readonly writes: number;
    readonly readP50Ms: number | null;
    readonly readP99Ms: number | null;
  }[];
  readonly errors: readonly {
    readonly code: string;
    readonly outcome: 'refused' | 'unknown';
    readonly count: number;
  }[];
  readonly windows: readonly Window[];
  /** Nodes that had caught up in the end, and were read. */
  readonly finals: readonly string[];
  /** Fewer operations were acknowledged than `--min` asks for. */
  readonly thin: boolean;
  /** Claims of the workload that it did not ask often enough: their anomalies are null. */
  readonly unjudged: readonly string[];
  readonly history: string;
}

export interface Measured {
  readonly id: string;
  readonly plan: LoadPlan;
  readonly startTMs: number;
  readonly tookMs: number;
  readonly notBegun: number;
  readonly nodes: readonly string[];
  readonly recorded: readonly Recorded[];
  readonly found: Found;
  readonly sessions: SessionCosts;
  readonly finals: readonly string[];
  readonly history: string;
}

export function reportOf(measured: Measured): LoadReport {
  const { id, plan, startTMs, tookMs, recorded, found, finals, history } = measured;
  const { true: reads = [], false: writes = [] } = Object.groupBy(recorded, ({ isRead }) => `${isRead}`);
  const all = tally(recorded);
  return {
    id,
    workload: plan.workload,
    plan,
    startTMs,
    tookMs: Math.round(tookMs),
    notBegun: measured.notBegun,
    ...all,
    okPerS: perS(all.ok, tookMs),
    reads: side(reads, tookMs),
    writes: side(writes, tookMs),
    readsAt: {
      leader: reads.filter(({ role }) => role === 'leader').length,
      follower: reads.filter(({ role }) => role === 'follower').length,
    },
    sessions: measured.sessions,
    nodes: measured.nodes.map((node) => nodeOf(node, recorded)),
    errors: errorsIn(recorded),
    ...found.anomalies,
    windows: windowsOf(recorded, tookMs, found.stale),
    finals,
    thin: all.ok < plan.min,
    unjudged: found.unjudged,
    history,
  };
}

export function costsOf(counts: readonly SessionCounts[]): SessionCosts {
  const sum = (name: keyof SessionCosts): number => counts.reduce((all, one) => all + one[name], 0);
  return { waits: sum('waits'), waitedMs: sum('waitedMs'), moves: sum('moves'), losses: sum('losses') };
}

function tally(recorded: readonly Recorded[]): Tally {
  const count = (outcome: Outcome): number =>
    recorded.reduce((sum, { operation }) => sum + (operation.outcome === outcome ? 1 : 0), 0);
  const ok = count('ok');
  const ops = recorded.length;
  return {
    ops,
    ok,
    refused: count('fail'),
    unknown: count('info'),
    successRate: ops === 0 ? null : ok / ops,
  };
}

function side(recorded: readonly Recorded[], tookMs: number): Side {
  const counts = tally(recorded);
  return { ...counts, okPerS: perS(counts.ok, tookMs), latencyMs: quantilesOf(latencies(recorded)) };
}

function perS(count: number, tookMs: number): number {
  return tookMs <= 0 ? 0 : rounded((count * 1000) / tookMs)!;
}

/** Of what was answered: what was not took as long as it was waited for. */
function latencies(recorded: readonly Recorded[]): readonly number[] {
  return recorded.flatMap(({ operation, tookMs }) => (operation.outcome === 'ok' ? [tookMs] : []));
}

function nodeOf(id: string, recorded: readonly Recorded[]): LoadReport['nodes'][number] {
  const ok = recorded.filter(({ operation }) => operation.outcome === 'ok' && operation.node === id);
  const reads = ok.filter(({ isRead }) => isRead);
  const { p50, p99 } = quantilesOf(latencies(reads));
  return {
    id,
    ok: ok.length,
    reads: reads.length,
    writes: ok.length - reads.length,
    readP50Ms: p50,
    readP99Ms: p99,
  };
}

function errorsIn(recorded: readonly Recorded[]): LoadReport['errors'] {
  const counts = new Map<string, LoadReport['errors'][number]>();
  for (const { code, operation } of recorded) {
    if (code === null) continue;
    const outcome = operation.outcome === 'fail' ? 'refused' : 'unknown';
    const name = `${code} ${outcome}`;
    counts.set(name, { code, outcome, count: (counts.get(name)?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count);
}

const windowMs = 1000;

function windowsOf(
  recorded: readonly Recorded[],
  tookMs: number,
  stale: ReadonlySet<number>,
): readonly Window[] {
  const windows = Array.from({ length: Math.max(1, Math.ceil(tookMs / windowMs)) }, (): Recorded[] => []);
  for (const one of recorded) {
    windows[Math.min(windows.length - 1, Math.floor(one.dueMs / windowMs))]!.push(one);
  }
  return windows.map((inside, i): Window => {
    const latency = (reading: boolean): Quantiles =>
      quantilesOf(latencies(inside.filter(({ isRead }) => isRead === reading)));
    const [reads, writes] = [latency(true), latency(false)];
    return {
      fromMs: i * windowMs,
      toMs: Math.min((i + 1) * windowMs, Math.max(Math.round(tookMs), i * windowMs)),
      ...tally(inside),
      staleReads: inside.filter(({ operation }) => stale.has(operation.id)).length,
      readP50Ms: reads.p50,
      readP99Ms: reads.p99,
      writeP50Ms: writes.p50,
      writeP99Ms: writes.p99,
    };
  });
}
