import { nodeActionCommand } from './node-action.ts';

export const resume = nodeActionCommand({
  action: 'resume',
  summary: 'let paused nodes go on (SIGCONT)',
  notes: [],
  examples: [{ run: 'replab resume all', does: 'let every paused node go on' }],
  done: 'resumed',
  already: 'was not paused',
});
