import { lanes, messageClasses } from '../protocol/message-class.ts';
import { someOf } from './completes.ts';
import { faultCommand } from './fault-command.ts';
import { completing, flag, required, text } from './params.ts';

export const link = faultCommand({
  kind: 'link',
  target: required(
    'FROM:TO',
    'who sends, and to whom: nodes, or `client`, `client@eu`; selectors are allowed',
  ),
  words: {
    both: flag('the other way too'),
    delay: text('DURATION', 'everything arrives so much later, in order; one way'),
    jitter: text('DURATION', 'the delay varies by up to as much, either way; order is kept'),
    bandwidth: text('RATE', 'no more than this a second, shared by the connections: 1MB/s, 50KB/s'),
    loss: text('PERCENT', 'of the frames between nodes are lost; at clients, a stall for each lost segment'),
    duplicate: text('PERCENT', 'of the frames arrive twice'),
    reorder: text('PERCENT', 'of the frames leave the line and may be overtaken'),
    lane: completing(someOf(...lanes), text('LANES', `only frames of these lanes: ${lanes.join(', ')}`)),
    class: completing(
      someOf(...Object.keys(messageClasses)),
      text('CLASSES', 'only frames of these classes, such as append or append,ack'),
    ),
  },
  replaces: true,
  notes: [
    'Nodes send each other whole messages in frames, so frames can be lost, copied and overtaken. A client speaks TCP, where no byte is ever lost: there a loss is what TCP makes of it, a stall of 200 ms, 400 ms, ...',
    'A link takes the place of an earlier one between the same two for the same frames; --add stacks them: delays add up, the least bandwidth counts. It comes on top of the distance of regions. `heal` ends it: what is under way arrives at once, in order.',
    'What is drawn depends on the id of the fault and on the frames, not on time: the same script meets the same losses.',
  ],
  examples: [
    { run: 'replab link n1:n2 --delay 50ms', does: 'what n1 sends to n2 takes 50 ms; a round trip too' },
    {
      run: 'replab link n1:n2 --both --delay 50ms --jitter 5ms',
      does: '45 to 55 ms each way; 100 ms there and back',
    },
    { run: 'replab link @leader:@followers --bandwidth 1MB/s', does: 'to each follower no more than 1 MB/s' },
    { run: 'replab link n1:n3 --loss 1% --class append', does: 'n3 misses one append in a hundred' },
    { run: 'replab link client:n1 --loss 1% --for 2s', does: 'clients of n1 meet retransmissions' },
  ],
});
