import { nodeActionCommand } from './node-action.ts';
import { lasting } from './params.ts';

export const pause = nodeActionCommand({
  action: 'pause',
  summary: 'freeze nodes (SIGSTOP): they keep their connections and hear nothing',
  notes: [
    'Nothing is lost: what is sent to a paused node waits and is carried out after `resume`, however late.',
  ],
  options: { for: lasting('let it go on by itself after so long') },
  params: ({ for: forMs }) => (typeof forMs === 'number' ? { forMs } : {}),
  examples: [
    { run: 'replab pause n2', does: 'freeze one node' },
    { run: 'replab pause @leader --for 2s', does: 'a leader that is away for two seconds' },
  ],
  ofRunning: true,
  done: 'paused',
  already: 'was paused already',
  next: (cluster, nodes) => [`replab resume -c ${cluster} ${nodes.join(',')}`],
});
