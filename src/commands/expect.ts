import type { Cluster } from '../client/cluster-connection.ts';
import type { Judged } from './expect-judge.ts';
import { exitCodes, type ExitCode } from '../control/exit-codes.ts';
import { formatDuration } from '../lib/duration.ts';
import { defineCommand } from './command.ts';
import { openInputs } from './expect-inputs.ts';
import { files } from './completes.ts';
import { completing, duration, required, text } from './params.ts';
import type { Style } from './style.ts';

export const expect = defineCommand({
  name: 'expect',
  summary:
    'check a statement about the cluster: exit 0 when it is true, 1 when it is false, 2 when it cannot be told',
  notes: [
    'The statement is a JSONata expression over a fresh snapshot, the document of `replab status --json`. Beside it stand results that were kept: `replab get x --save r1` makes `r1.value`, `r1.exit` and `r1.outcome`.',
    'Every path in it is checked: a field that does not exist is exit 3, never a vacuous truth. A comparison with something that is not known (null) is neither true nor false.',
  ],
  args: { expression: required('EXPRESSION', 'JSONata that gives true or false') },
  options: {
    within: duration('how long it may take to become true', 0),
    from: completing(
      files,
      text('FILE', 'a document that a command printed with --json (- for standard input), as `last`'),
    ),
  },
  examples: [
    { run: "replab expect '$count(leaders) = 1'", does: 'one node leads' },
    { run: `replab expect 'nodes[id="n3"].lag.entries = 0' --within 5s`, does: 'n3 has every entry, soon' },
    {
      run: `replab expect '$count(nodes[role="follower"]) = 2 and divergence.state = "equal"' --within 5s`,
      does: 'two followers, and all is equal',
    },
    {
      run: `replab get x --json | replab expect --from - 'last.value = "1" and last.node = leaders.id'`,
      does: 'what a command printed, beside the snapshot',
    },
  ],
  waitMs: ({ options }) => options.within,
  async run(context, { args: { expression }, options }) {
    const { compile, judge } = await import('./expect-judge.ts');
    const { cluster, beside } = await openInputs(context, options.from).catch((error: unknown) => {
      // A mistake in the text is told even where there is nothing to ask.
      if (options.from === null) compile(expression, {}, true);
      throw error;
    });
    try {
      const expectation = compile(expression, beside, cluster !== null);
      context.progress('waiting for it to be true');
      const judged = await judge(expectation, cluster, options.within);
      return {
        kind: 'document',
        json: jsonOf(expression, cluster, judged),
        exit: exitOf(judged.verdict.truth),
        text: (style) => expectText(expression, judged, style),
      };
    } finally {
      cluster?.close();
    }
  },
});

function jsonOf(expression: string, cluster: Cluster | null, { verdict, ...looked }: Judged) {
  const { truth: value, operands, unknown } = verdict;
  return {
    schema: 'replab.expect/1',
    cluster: cluster?.name ?? null,
    expression,
    value,
    operands,
    unknown,
    ...looked,
  };
}

function exitOf(truth: boolean | null): ExitCode {
  return truth === null ? exitCodes.inconclusive : truth ? exitCodes.ok : exitCodes.violated;
}

function expectText(expression: string, { verdict, waitedMs }: Judged, style: Style): string {
  const { truth, operands, unknown } = verdict;
  const said =
    truth === null ? style.caution('cannot tell') : truth ? style.good('true') : style.bad('false');
  const head = `${said}  ${expression}  ${style.dim(`after ${formatDuration(waitedMs)}`)}`;
  const seen = operands.map((one) => `  ${one.text} = ${JSON.stringify(one.value)}`);
  return [head, ...seen, ...(unknown === null ? [] : [`  ${unknown}`])].join('\n');
}
