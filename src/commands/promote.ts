import { withCluster } from '../client/cluster-connection.ts';
import { selectNode } from '../client/selectors.ts';
import { defineCommand } from './command.ts';
import { opening } from './opening.ts';
import { nodeWords } from './completes.ts';
import { completing, flag, required } from './params.ts';

export const promote = defineCommand({
  name: 'promote',
  summary: 'make a node the leader, under a new and higher epoch',
  notes: [
    'Refuses a node that is behind another one that answers: what lies between would be lost. `--force` loses it.',
    'The old leader steps down as soon as it hears of the new epoch, and gives up what only it has (`replab events`, `replab log --discarded`).',
  ],
  args: { node: completing(nodeWords, required('NODE', 'a node, or a selector that stands for one')) },
  options: { force: flag('even if it is behind another node') },
  examples: [
    { run: 'replab promote n2', does: 'n2 leads from now on' },
    { run: 'replab promote @follower.0 --force', does: 'the first follower leads, whatever it lacks' },
  ],
  run: (context, { args, options }) =>
    withCluster(opening(context), async (cluster) => {
      const node = selectNode(args.node, await cluster.freshSnapshot(), { chance: context.chance });
      const answer = await cluster.request('promote', { node, force: options.force });
      return {
        kind: 'document',
        json: { schema: 'replab.promote/1', cluster: cluster.name, ...answer },
        text: (style) => {
          const said = answer.changed
            ? `${answer.node} leads epoch ${answer.epoch}`
            : `${answer.node} led already, epoch ${answer.epoch}`;
          return `${said}\n${style.dim(`event ${answer.event}`)}`;
        },
        next: [`replab status -c ${cluster.name}`, `replab events -c ${cluster.name}`],
      };
    }),
});
