import { defineCommand } from './command.ts';
import { forOption, injectOnNode } from './node-fault.ts';
import { nodeWords } from './completes.ts';
import { completing, required } from './params.ts';

export const limit = defineCommand({
  name: 'limit',
  summary: 'let a node serve only so many client requests a second; the rest wait in line',
  notes: [
    'Reads and writes of keys count, one token each; connections are served in turn, each in its own order. What merely tells of the node (PING, INFO, RL.WHO, RL.LOG) is free, and replication goes at full speed.',
    '`status` shows how many requests wait and for how long; `faults` how many had to, and how long in all.',
    'A new limit of a node takes the place of the one before.',
  ],
  args: {
    node: completing(nodeWords, required('NODE', 'a node, or a selector that stands for one')),
    rate: required('RATE', 'requests a second, such as 100/s or 0.5/s'),
  },
  options: forOption,
  examples: [
    { run: 'replab limit n2 100/s', does: 'n2 serves a hundred requests a second' },
    { run: 'replab limit @leader 5/s', does: 'a slow leader' },
  ],
  run: (context, { args, options }) =>
    injectOnNode(context, {
      kind: 'limit',
      node: args.node,
      forMs: options.for,
      words: [args.rate],
      does: () => 'in force; what comes faster waits',
    }),
});
