import { faultCommand } from './fault-command.ts';
import { required } from './params.ts';

export const partition = faultCommand({
  kind: 'partition',
  target: required('GROUPS', 'groups of nodes with "/" between them; selectors are allowed'),
  notes: [
    'Nodes that are not named form one more group. Clients are cut only when they are named, as `client`.',
    'Bytes are held, not dropped: they arrive late after `heal`, as on a real network. A partition takes the place of an earlier one.',
  ],
  examples: [
    { run: 'replab partition n1,n2/n3', does: 'n3 on its own' },
    { run: 'replab partition @leader', does: 'the leader on one side, the others on the other' },
    { run: 'replab partition client,n1/n2,n3', does: 'clients reach only n1' },
  ],
});
