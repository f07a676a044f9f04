import { withCluster } from '../client/cluster-connection.ts';
import { diffShards } from '../client/diff-cluster.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { defineCommand } from './command.ts';
import { diffsJson, diffsText, stateOf } from './diff-text.ts';
import { opening } from './opening.ts';
import { integerOr } from './params.ts';

export const diff = defineCommand({
  name: 'diff',
  summary: 'compare what the nodes hold, key by key: exit 0 equal, 1 diverged, 2 behind or not known',
  notes: [
    'Each node is read at one position, past any fault, and compared with the leader (or, without one, with the node whose log is longest).',
    '`behind`: the node has exactly what the leader had at that position; the rest comes when it catches up. `diverged`: it has something no log explains, or entries the leader does not have.',
  ],
  args: {},
  options: { limit: integerOr('differing keys shown of each node', 0, 1_000_000, 20) },
  examples: [{ run: 'replab diff', does: 'which keys differ, and why' }],
  run: (context, { options: { limit } }) =>
    withCluster(opening(context), async (cluster) => {
      const diffs = await diffShards(await cluster.freshSnapshot());
      return {
        kind: 'document',
        json: { schema: 'replab.diff/1', cluster: cluster.name, ...diffsJson(diffs, limit) },
        exit: exits[stateOf(diffs.flatMap(({ nodes }) => nodes))],
        text: (style) => diffsText(diffs, limit, style),
      };
    }),
});

const exits = {
  equal: exitCodes.ok,
  diverged: exitCodes.violated,
  behind: exitCodes.inconclusive,
  unknown: exitCodes.inconclusive,
} as const;
