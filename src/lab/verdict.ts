import { exitCodes } from '../control/exit-codes.ts';

/** What came of a command, a question, or a whole lab. */
export type Verdict = 'passed' | 'failed' | 'inconclusive' | 'mistake' | 'broken' | 'interrupted';

/** The worst last. `broken`: replab itself failed, or left something behind. */
const order: readonly Verdict[] = ['passed', 'inconclusive', 'failed', 'mistake', 'broken', 'interrupted'];

export const exitOf = {
  passed: exitCodes.ok,
  inconclusive: exitCodes.inconclusive,
  failed: exitCodes.violated,
  mistake: exitCodes.usage,
  broken: exitCodes.internal,
  interrupted: exitCodes.interrupted,
} as const satisfies Record<Verdict, number>;

export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'passed');
}

/**
 * What a command's exit code means for its lab. A line that was not understood is a mistake of the lab's, behind
 * `!` too: it would be a failure that proves nothing. So would one that could not be decided.
 */
export function verdictOf(exit: number, negated: boolean): Verdict {
  if (exit === exitCodes.internal) return 'broken';
  if (exit === exitCodes.interrupted || exit === exitCodes.terminated) return 'interrupted';
  if (exit === exitCodes.usage) return 'mistake';
  if (exit === exitCodes.inconclusive) return 'inconclusive';
  return (exit === exitCodes.ok) === negated ? 'failed' : 'passed';
}
