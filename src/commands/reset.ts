import { withCluster } from '../client/cluster-connection.ts';
import type { Methods } from '../control/message.ts';
import { formatDuration } from '../lib/duration.ts';
import { defineCommand } from './command.ts';
import { opening } from './opening.ts';

export const reset = defineCommand({
  name: 'reset',
  summary: 'begin anew with empty disks, without taking the cluster down',
  notes: [
    'Every node gets an empty disk under a new id, in the process it has; nodes that are down or paused are brought back, and one that does not halt within 5s is killed and started. Faults are healed, the first node leads (with several shards, each is led by whom `up` gave it), settings are those that `up` had. What clients had under way is answered unknown.',
    'Answers when everyone has caught up. Epochs, events and ids of faults count on; copies made by `disk NODE save` stay.',
  ],
  args: {},
  options: {},
  examples: [{ run: 'replab reset', does: 'as after up, a moment later' }],
  run: (context) =>
    withCluster(opening(context), async (cluster) => {
      const answer = await cluster.request(
        'reset',
        {},
        { onItem: ({ progress }) => context.progress(progress) },
      );
      return {
        kind: 'document',
        json: { schema: 'replab.reset/1', cluster: cluster.name, ...answer },
        text: (style) =>
          `${cluster.name} is empty, led in ${led(answer.leaders)}, after ${formatDuration(answer.tookMs)}\n${style.dim(`event ${answer.event}`)}`,
        next: [`replab put -c ${cluster.name} greeting hello`],
      };
    }),
});

function led(leaders: Methods['reset']['result']['leaders']): string {
  const epochs = leaders.map(({ epoch }) => epoch);
  return epochs.length === 1 ? `epoch ${epochs[0]}` : `epochs ${epochs.join(', ')}`;
}
