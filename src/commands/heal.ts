import { withCluster } from '../client/cluster-connection.ts';
import { defineCommand } from './command.ts';
import { hitText } from './fault-text.ts';
import { opening } from './opening.ts';
import { optional } from './params.ts';

export const heal = defineCommand({
  name: 'heal',
  summary: 'end a fault, or all of them; what was held back is delivered late',
  notes: ['Healing is not recovery: followers still have to catch up. Use `replab wait caught-up`.'],
  args: { fault: optional('FAULT', 'id of a fault, such as f1; without it, all faults') },
  options: {},
  examples: [
    { run: 'replab heal', does: 'end every fault' },
    { run: 'replab heal f1', does: 'end one' },
  ],
  run: (context, { args }) =>
    withCluster(opening(context), async (cluster) => {
      const answer = await cluster.request('heal', { id: args.fault });
      return {
        kind: 'document',
        json: { schema: 'replab.heal/1', cluster: cluster.name, ...answer },
        text: (style) => {
          const lines = answer.healed.map(
            ({ id, text, hit }) => `healed ${id} (${text}): it held back ${hitText(hit)}`,
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
