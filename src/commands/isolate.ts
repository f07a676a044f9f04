import { faultCommand, resetOption } from './fault-command.ts';
import { required } from './params.ts';

export const isolate = faultCommand({
  kind: 'isolate',
  target: required('NODE', 'a node, or a selector that stands for one'),
  words: resetOption,
  notes: ['Clients still reach the node, unless a partition or a cut names them.'],
  examples: [
    { run: 'replab isolate n3', does: 'cut n3 off from the other nodes' },
    { run: 'replab isolate n3 --for 2s', does: 'the same, healed by itself after two seconds' },
    { run: 'replab isolate @leader', does: 'cut the leader off: it keeps its clients' },
  ],
});
