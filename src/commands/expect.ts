import { withCluster } from '../client/cluster-connection.ts';
import { ExpressionError } from '../client/expectation/ast.ts';
import { compileExpectation, type Expectation } from '../client/expectation/expectation.ts';
import type { Verdict } from '../client/expectation/judge.ts';
import { waitFor } from '../client/wait-conditions.ts';
import { exitCodes, type ExitCode } from '../control/exit-codes.ts';
import { ReplabError } from '../control/errors.ts';
import { formatDuration } from '../lib/duration.ts';
import { defineCommand } from './command.ts';
import { opening } from './opening.ts';
import { duration, required } from './params.ts';
import type { Style } from './style.ts';

export const expect = defineCommand({
  name: 'expect',
  summary:
    'check a statement about the cluster: exit 0 when it is true, 1 when it is false, 2 when it cannot be told',
  notes: [
    'The statement is a JSONata expression over a fresh snapshot, the document of `replab status --json`.',
    'Every path in it is checked: a field that does not exist is exit 3, never a vacuous truth. A comparison with something that is not known (null) is neither true nor false.',
  ],
  args: { expression: required('EXPRESSION', 'JSONata that gives true or false') },
  options: { within: duration('how long it may take to become true', 0) },
  examples: [
    { run: "replab expect '$count(leaders) = 1'", does: 'one node leads' },
    { run: `replab expect 'nodes[id="n3"].lag.entries = 0' --within 5s`, does: 'n3 has every entry, soon' },
    {
      run: `replab expect '$count(nodes[role="follower"]) = 2 and divergence.state = "equal"' --within 5s`,
      does: 'two followers, and all is equal',
    },
  ],
  waitMs: ({ options }) => options.within,
  async run(context, { args, options }) {
    const expectation = compile(args.expression);
    return withCluster(opening(context), async (cluster) => {
      let verdict: Verdict | null = null;
      const { snapshot, rounds, waitedMs } = await waitFor(
        cluster.freshSnapshot,
        async (seen) => {
          verdict = await expectation.judge(seen);
          return verdict.truth === true ? null : 'not true';
        },
        options.within,
      );
      const { truth, operands, unknown } = verdict!;
      return {
        kind: 'document',
        json: {
          schema: 'replab.expect/1',
          cluster: cluster.name,
          expression: args.expression,
          value: truth,
          operands,
          unknown,
          rounds,
          round: snapshot.seq,
          waitedMs,
        },
        exit: exitOf(truth),
        text: (style) => expectText(args.expression, verdict!, waitedMs, style),
      };
    });
  },
});

function compile(expression: string): Expectation {
  try {
    return compileExpectation(expression);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ReplabError('usage', {
      command: 'expect',
      message: `The expression cannot be judged: ${error.message}.`,
    });
  }
}

function exitOf(truth: boolean | null): ExitCode {
  return truth === null ? exitCodes.inconclusive : truth ? exitCodes.ok : exitCodes.violated;
}

function expectText(
  expression: string,
  { truth, operands, unknown }: Verdict,
  waitedMs: number,
  style: Style,
): string {
  const said =
    truth === null ? style.caution('cannot tell') : truth ? style.good('true') : style.bad('false');
  const head = `${said}  ${expression}  ${style.dim(`after ${formatDuration(waitedMs)}`)}`;
  const seen = operands.map(({ text, value }) => `  ${text} = ${JSON.stringify(value)}`);
  return [head, ...seen, ...(unknown === null ? [] : [`  ${unknown}`])].join('\n');
}
