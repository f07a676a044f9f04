import { nodeActionCommand } from './node-action.ts';

export const start = nodeActionCommand({
  action: 'start',
  summary: 'start nodes that are down, with the disk they had',
  notes: [
    'Answers when the nodes are ready to serve; that they have caught up is for `wait caught-up`. `@random` is one of those that are down.',
  ],
  examples: [
    { run: 'replab start n3', does: 'start one node' },
    { run: 'replab start all', does: 'start every node that is down' },
  ],
  done: 'started',
  already: 'was running',
  randomOf: ['killed', 'stopped'],
  next: (cluster) => [`replab wait -c ${cluster} caught-up`],
});
