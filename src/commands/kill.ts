import { nodeActionCommand } from './node-action.ts';

export const kill = nodeActionCommand({
  action: 'kill',
  summary: 'kill nodes as if their machine died: SIGKILL, and what they had in flight is lost',
  notes: [
    'The disk is kept: `start` brings the node back with it. What is lost in flight is counted in the answer.',
  ],
  examples: [
    { run: 'replab kill n2', does: 'kill one node' },
    { run: 'replab kill @leader', does: 'kill whoever leads' },
  ],
  done: 'killed',
  already: 'was not running',
  next: (cluster, nodes, led) => [
    `replab status -c ${cluster}`,
    ...(led ? [`replab promote -c ${cluster} @follower.0`] : []),
    `replab start -c ${cluster} ${nodes.join(',')}`,
  ],
});
