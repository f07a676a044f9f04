import { nodeActionCommand } from './node-action.ts';

export const resume = nodeActionCommand({
  action: 'resume',
  summary: 'let paused nodes go on (SIGCONT)',
  notes: [
    'What was sent to it meanwhile is carried out now. `all` passes over nodes that are down; `@random` is one that is paused.',
  ],
  examples: [{ run: 'replab resume all', does: 'let every paused node go on' }],
  ofRunning: true,
  done: 'resumed',
  already: 'was not paused',
  randomOf: ['paused'],
});
