import type { ChaosKind } from './chaos-kinds.ts';
import type { Tally } from './clients.ts';
import type { Mark } from './recorder.ts';
import type { Fate } from './connection.ts';
import type { SimOptions } from './options.ts';

export interface SimFailure {
  /** The broken rule as a sentence, its id first. */
  readonly invariant: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** The turn after which it was found broken, counted from 1. */
  readonly step: number;
  /** The last turns, lost frames and faults before it. */
  readonly tail: readonly string[];
}

/** What came of one seed, or, from `runSim`, of the last of several: sums are over all of them. */
export interface SimReport {
  readonly mode: string;
  readonly seed: number;
  readonly seeds: number;
  readonly options: SimOptions;
  /** Turns. */
  readonly steps: number;
  readonly virtualMs: number;
  readonly messages: Readonly<Record<Fate, number>>;
  readonly operations: Readonly<Tally>;
  readonly faults: Readonly<Partial<Record<ChaosKind, number>>>;
  /** Coverage marks: how often each was seen. */
  readonly marks: Readonly<Partial<Record<Mark, number>>>;
  /** Of everything that happened: equal for two runs of one seed. */
  readonly hash: string;
  readonly verdict: 'held' | 'violated';
  readonly failure: SimFailure | null;
  /** The command that does it again. */
  readonly replay: string;
}

/** The second has the later seed; sums are over both. */
export function addReports(sum: SimReport, next: SimReport): SimReport {
  return {
    ...next,
    seeds: sum.seeds + 1,
    steps: sum.steps + next.steps,
    virtualMs: sum.virtualMs + next.virtualMs,
    messages: addCounts(sum.messages, next.messages),
    operations: addCounts(sum.operations, next.operations),
    faults: addCounts(sum.faults, next.faults),
    marks: addCounts(sum.marks, next.marks),
  };
}

function addCounts<K extends string>(
  a: Readonly<Partial<Record<K, number>>>,
  b: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const sum = { ...a } as Record<K, number>;
  for (const [key, count] of Object.entries(b) as [K, number][]) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}
