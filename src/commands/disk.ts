import { defineCommand } from './command.ts';
import { forOption, injectOnNode } from './node-fault.ts';
import { optional, required } from './params.ts';

const does: Readonly<Record<string, string>> = {
  slow: 'in force; the whole process waits at each commit, heartbeats too',
  full: 'in force; whatever has to be written fails',
};

export const disk = defineCommand({
  name: 'disk',
  summary: "make a node's disk slow or full",
  notes: [
    '`slow DURATION`: each commit that writes takes so much longer, and the process does nothing else meanwhile, as in a system call that waits for a disk.',
    '`full`: whatever has to be written fails with SQLite\'s own "database or disk is full": writes are refused (definitely), followers take no entries, and a node that is down cannot start, since it counts its boots. Reads are served. The node recovers in place, and goes on after `heal`.',
  ],
  args: {
    node: required('NODE', 'a node, or a selector that stands for one'),
    trouble: required('TROUBLE', 'slow, full'),
    value: optional('VALUE', 'how much longer a commit takes, for slow'),
  },
  options: forOption,
  examples: [
    { run: 'replab disk n1 slow 20ms', does: 'each commit takes 20 ms longer' },
    { run: 'replab disk @follower.0 full', does: 'it can write no more' },
  ],
  run: (context, { args, options }) =>
    injectOnNode(context, {
      kind: 'disk',
      node: args.node,
      forMs: options.for,
      words: [args.trouble, ...(args.value === null ? [] : [args.value])],
      does: does[args.trouble] ?? 'in force',
    }),
});
