import { nodeActionCommand } from './node-action.ts';

export const restart = nodeActionCommand({
  action: 'restart',
  summary: 'stop nodes in good order and start them again',
  notes: ['A node that was down is started.'],
  examples: [{ run: 'replab restart @follower.0', does: 'restart the first follower' }],
  done: 'restarted',
  already: 'was left as it is',
  next: (cluster) => [`replab wait -c ${cluster} caught-up`],
});
