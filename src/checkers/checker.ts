import type { Operation } from '../history/operation.ts';
import type { Kind, Subject } from './subject.ts';

/** Asked often by whatever may take long; true ends it in `unknown`. */
export type OutOfTime = () => boolean;

/** The few operations that contradict a claim. */
export interface Witness {
  /** Its name in the field, such as `G1a`; null where the claim's own name says it. */
  readonly anomaly: string | null;
  /** Why these cannot be: sentences that name the operations as the lanes do. */
  readonly why: readonly string[];
  readonly operations: readonly Operation[];
}

/** Counts, or milliseconds where the name says so; null: nothing to measure. */
export type Figures = Readonly<Record<string, number | null>>;

export type Finding =
  /** `seen`: how many observations could have shown a violation, and did not. */
  | { readonly verdict: 'valid'; readonly seen: number; readonly figures?: Figures }
  | { readonly verdict: 'violated'; readonly witness: Witness; readonly figures?: Figures }
  | { readonly verdict: 'unknown'; readonly reason: string; readonly figures?: Figures };

/** A claim about a history, and how it is decided. One file each; the table is `checkers.ts`. */
export interface Checker {
  readonly name: string;
  /** What a valid history has and a violated one has not: one sentence, exact. */
  readonly claim: string;
  readonly source: string;
  readonly takes: readonly Kind[];
  /** It looks at operations of one step each, or at transactions as well. */
  readonly transactions: boolean;
  /** Fewer observations than this are too thin to call a history valid. */
  readonly minimum: { readonly count: number; readonly of: string };
  check(subject: Subject, outOfTime: OutOfTime): Finding;
}

export const timeIsUp = 'the time budget is used up; a larger --budget may decide it';

export function violated(
  anomaly: string | null,
  why: readonly string[],
  operations: readonly Operation[],
): Finding {
  const unique = [...new Set(operations)].toSorted((a, b) => a.start - b.start);
  return { verdict: 'violated', witness: { anomaly, why, operations: unique } };
}

export function unknown(reason: string): Finding {
  return { verdict: 'unknown', reason };
}

/** By a clock that is handed in: `now` in milliseconds. Looks at it once in 256 times. */
export function deadline(now: () => number, budgetMs: number): OutOfTime {
  const end = now() + budgetMs;
  let asked = 0;
  let over = budgetMs <= 0;
  return () => {
    asked += 1;
    if (!over && asked % 256 === 0) over = now() >= end;
    return over;
  };
}
