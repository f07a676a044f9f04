import { faultCommand, resetOption } from './fault-command.ts';
import { groupWords } from './completes.ts';
import { completing, required } from './params.ts';

export const partition = faultCommand({
  kind: 'partition',
  target: completing(
    groupWords,
    required(
      'GROUPS',
      'groups of nodes with "/" between them; selectors are allowed. Or `ring`, or `bridge:NODE`',
    ),
  ),
  words: resetOption,
  replaces: true,
  notes: [
    'Nodes that are not named form one more group. Clients are cut only when they are named, as `client`, and those that stand in a region as `client@eu`.',
    'Bytes are held, not dropped: they arrive late after `heal`, as on a real network. A partition takes the place of an earlier one.',
    '`ring`: each node reaches only the one before and the one after it (n1 after the last). `bridge:n3`: two halves that do not reach each other, while n3 reaches both.',
  ],
  examples: [
    { run: 'replab partition n1,n2/n3', does: 'n3 on its own' },
    { run: 'replab partition @leader', does: 'the leader on one side, the others on the other' },
    { run: 'replab partition @minority/@majority', does: 'the leader with the few' },
    { run: 'replab partition client,n1/n2,n3', does: 'clients reach only n1' },
    {
      run: 'replab partition @region:eu,client@eu',
      does: 'a region is cut off, with the clients that stand in it',
    },
    { run: 'replab partition bridge:n2 --for 2s', does: 'n1 and n3 reach only n2, for two seconds' },
    {
      run: 'replab partition n1 --reset',
      does: 'connections to and from n1 break, and no new ones are made',
    },
  ],
});
