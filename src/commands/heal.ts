import { withCluster } from '../client/cluster-connection.ts';
import { defineCommand } from './command.ts';
import { effectText } from './fault-text.ts';
import { opening } from './opening.ts';
import { faultWords } from './completes.ts';
import { completing, several } from './params.ts';

export const heal = defineCommand({
  name: 'heal',
  summary: 'end a fault, or all of them; what was held back arrives late',
  notes: ['Healing is not recovery: followers still have to catch up. Use `replab wait caught-up`.'],
  args: {
    faults: completing(
      faultWords,
      several('FAULT', 'ids of faults, such as f1; without any, or with `all`, all faults', false),
    ),
  },
  options: {},
  examples: [
    { run: 'replab heal', does: 'end every fault' },
    { run: 'replab heal f1', does: 'end one' },
  ],
  run: (context, { args }) =>
    withCluster(opening(context), async (cluster) => {
      const isAll = args.faults.length === 0 || args.faults.includes('all');
      const answer = await cluster.request('heal', { ids: isAll ? null : args.faults });
      return {
        kind: 'document',
        json: { schema: 'replab.heal/1', cluster: cluster.name, ...answer },
        text: (style) => {
          const lines = answer.healed.map(
            ({ id, text, hit }) => `healed ${id} (${text}): ${effectText(hit)}`,
          );
          return [
            ...(lines.length === 0 ? ['There was nothing to heal.'] : lines),
            style.dim(`event ${answer.event}`),
          ].join('\n');
        },
        ...(answer.changed ? { next: [`replab wait -c ${cluster.name} caught-up`] } : {}),
      };
    }),
});
