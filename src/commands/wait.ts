import { withCluster } from '../client/cluster-connection.ts';
import { ofShard } from '../cluster/shard-view.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { selectNodes } from '../client/selectors.ts';
import { conditions, waitFor, type ConditionName } from '../client/wait-conditions.ts';
import { ReplabError } from '../control/errors.ts';
import { formatDuration } from '../lib/duration.ts';
import { defineCommand } from './command.ts';
import { opening } from './opening.ts';
import { fixed, nodeWords } from './completes.ts';
import { completing, integerOr, notOneOf, required, several } from './params.ts';
import { checkedShard, shardOption } from './shards.ts';

export const wait = defineCommand({
  name: 'wait',
  summary: 'wait until the cluster is as it should be; exit 5 when that takes longer than --timeout',
  notes: [
    'Nodes are asked anew in every round, past any fault, so what holds is so and not merely reported.',
    `Conditions:\n${Object.entries(conditions)
      .map(([name, row]) => `  ${name}\n      ${row.summary}`)
      .join('\n')}`,
  ],
  args: {
    condition: completing(
      fixed(...Object.keys(conditions)),
      required('CONDITION', Object.keys(conditions).join(', '), parseCondition),
    ),
    nodes: completing(nodeWords, several('NODE', 'nodes or selectors the condition is about', false)),
  },
  options: {
    shard: shardOption('as far as this shard goes; all of them without it'),
    after: integerOr('only when the event with this number has happened', 0, Number.MAX_SAFE_INTEGER, 0),
  },
  examples: [
    { run: 'replab wait caught-up --timeout 10s', does: 'until every follower has what the leader has now' },
    { run: 'replab wait leader n1', does: 'until n1 leads' },
    { run: 'replab wait converged', does: 'until all nodes are equal' },
  ],
  run: (context, { args, options }) =>
    withCluster(opening(context), async (cluster) => {
      const nodes =
        args.nodes.length === 0
          ? []
          : selectNodes(args.nodes, await cluster.freshSnapshot(), { chance: context.chance });
      const condition = conditions[args.condition].create(nodes);
      const seen = (snapshot: Snapshot): Snapshot =>
        options.shard === null ? snapshot : ofShard(snapshot, checkedShard(options.shard, snapshot));
      const waited = await waitFor(
        cluster.freshSnapshot,
        (snapshot) => {
          const missing =
            snapshot.events < options.after
              ? `event ${options.after} has not happened`
              : condition(seen(snapshot));
          if (missing !== null) context.progress(`waiting for ${args.condition}: ${missing}`);
          return missing;
        },
        context.timeoutMs,
      );
      const { snapshot, missing, rounds, waitedMs } = waited;
      if (missing !== null) {
        throw new ReplabError('timeout', {
          cluster: cluster.name,
          what: `Waiting for ${args.condition}`,
          within: formatDuration(context.timeoutMs),
          detail: `At the end, ${missing}`,
        });
      }
      return {
        kind: 'document',
        json: {
          schema: 'replab.wait/1',
          cluster: cluster.name,
          condition: args.condition,
          waitedMs,
          rounds,
          round: snapshot.seq,
          event: snapshot.events,
        },
        text: (style) =>
          `${args.condition} ${style.dim(`after ${formatDuration(waitedMs)}, round ${snapshot.seq}`)}`,
      };
    }),
});

function parseCondition(text: string): ConditionName {
  if (!Object.hasOwn(conditions, text)) throw notOneOf(Object.keys(conditions));
  return text as ConditionName;
}
