import type { Cluster } from '../client/cluster-connection.ts';
import { ExpressionError } from '../client/expectation/ast.ts';
import { compileExpectation, type Beside, type Expectation } from '../client/expectation/expectation.ts';
import type { Verdict } from '../client/expectation/judge.ts';
import { waitFor } from '../client/wait-conditions.ts';
import { ReplabError } from '../control/errors.ts';

/** Apart from the command, which is then declared without the weight of JSONata and zod. */
export interface Judged {
  readonly verdict: Verdict;
  /** Null: no cluster was asked. */
  readonly round: number | null;
  readonly rounds: number;
  readonly waitedMs: number;
}

export async function judge(
  expectation: Expectation,
  cluster: Cluster | null,
  withinMs: number,
): Promise<Judged> {
  if (cluster === null)
    return { verdict: await expectation.judge(null), round: null, rounds: 0, waitedMs: 0 };
  let verdict: Verdict | null = null;
  const { snapshot, rounds, waitedMs } = await waitFor(
    cluster.freshSnapshot,
    async (seen) => {
      verdict = await expectation.judge(seen);
      return verdict.truth === true ? null : 'not true';
    },
    withinMs,
  );
  return { verdict: verdict!, round: snapshot.seq, rounds, waitedMs };
}

export function compile(expression: string, beside: Beside, withSnapshot: boolean): Expectation {
  try {
    return compileExpectation(expression, beside, withSnapshot);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ReplabError('usage', {
      command: 'expect',
      message: `The expression cannot be judged: ${error.message}.`,
    });
  }
}
