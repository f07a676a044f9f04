import { withCluster } from '../client/cluster-connection.ts';
import { selectNode } from '../client/selectors.ts';
import { shardCount } from '../cluster/shard-view.ts';
import { defineCommand } from './command.ts';
import { opening } from './opening.ts';
import { nodeWords } from './completes.ts';
import { completing, flag, required } from './params.ts';
import { checkedShard, shardOption } from './shards.ts';

export const promote = defineCommand({
  name: 'promote',
  summary: 'make a node the leader, under a new and higher epoch',
  notes: [
    'Refuses a node that is behind another one that answers: what lies between would be lost. `--force` loses it.',
    'The old leader steps down as soon as it hears of the new epoch, and gives up what only it has (`replab events`, `replab log --discarded`).',
  ],
  args: { node: completing(nodeWords, required('NODE', 'a node, or a selector that stands for one')) },
  options: {
    shard: shardOption('the shard it is to lead; the first without it'),
    force: flag('even if it is behind another node'),
  },
  examples: [
    { run: 'replab promote n2', does: 'n2 leads from now on' },
    { run: 'replab promote n3 --shard 1', does: 'n3 leads one shard; the others keep their leaders' },
    { run: 'replab promote @follower.0 --force', does: 'the first follower leads, whatever it lacks' },
  ],
  run: (context, { args, options }) =>
    withCluster(opening(context), async (cluster) => {
      const snapshot = await cluster.freshSnapshot();
      const shard = checkedShard(options.shard ?? 0, snapshot);
      const node = selectNode(args.node, snapshot, { chance: context.chance });
      const answer = await cluster.request('promote', { node, shard, force: options.force });
      return {
        kind: 'document',
        json: { schema: 'replab.promote/1', cluster: cluster.name, ...answer },
        text: (style) => {
          const where = shardCount(snapshot) === 1 ? '' : ` shard ${shard} in`;
          const said = answer.changed
            ? `${answer.node} leads${where} epoch ${answer.epoch}`
            : `${answer.node} led${where} already, epoch ${answer.epoch}`;
          return `${said}\n${style.dim(`event ${answer.event}`)}`;
        },
        next: [`replab status -c ${cluster.name}`, `replab events -c ${cluster.name}`],
      };
    }),
});
