import { nodeActionCommand } from './node-action.ts';

export const stop = nodeActionCommand({
  action: 'stop',
  summary: 'stop nodes in good order: they finish their turn and answer what is open',
  notes: ['Writes still waiting for their acknowledgement are answered as unknown. Compare with `kill`.'],
  examples: [
    { run: 'replab stop n3', does: 'stop one node' },
    { run: 'replab stop n2,n3', does: 'stop two' },
  ],
  done: 'stopped',
  already: 'was not running',
  next: (cluster, nodes) => [`replab start -c ${cluster} ${nodes.join(',')}`],
});
