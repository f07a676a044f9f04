import { faultCommand } from './fault-command.ts';
import { required } from './params.ts';

export const isolate = faultCommand({
  kind: 'isolate',
  target: required('NODE', 'a node, or a selector that stands for one'),
  notes: ['Clients still reach the node, unless a partition or a cut names them.'],
  examples: [
    { run: 'replab isolate n3', does: 'cut n3 off from the other nodes' },
    { run: 'replab isolate @leader', does: 'cut the leader off: it keeps its clients' },
  ],
});
