import { faultCommand } from './fault-command.ts';
import { required } from './params.ts';

export const cut = faultCommand({
  kind: 'cut',
  target: required('FROM:TO', 'two nodes, or a node and `client`; selectors are allowed'),
  notes: ['One way: TO hears nothing from FROM, while FROM hears TO. Cuts add up.'],
  examples: [
    { run: 'replab cut n1:n2', does: 'n2 hears nothing from n1' },
    { run: 'replab cut client:@leader', does: 'the leader hears nothing from clients' },
  ],
});
