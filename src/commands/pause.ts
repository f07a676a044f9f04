import { nodeActionCommand } from './node-action.ts';

export const pause = nodeActionCommand({
  action: 'pause',
  summary: 'freeze nodes (SIGSTOP): they keep their connections and hear nothing',
  notes: [
    'Nothing is lost: what is sent to a paused node waits and is carried out after `resume`, however late.',
  ],
  examples: [{ run: 'replab pause n2', does: 'freeze one node' }],
  ofRunning: true,
  done: 'paused',
  already: 'was paused already',
  next: (cluster, nodes) => [`replab resume -c ${cluster} ${nodes.join(',')}`],
});
