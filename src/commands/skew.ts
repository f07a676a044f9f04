import { countsOf } from '../faults/faults.ts';
import { defineCommand } from './command.ts';
import { forOption, injectOnNode } from './node-fault.ts';
import { nodeWords } from './completes.ts';
import { completing, required, text } from './params.ts';

export const skew = defineCommand({
  name: 'skew',
  summary: "set a node's clock wrong: by an offset, a drift, or both",
  notes: [
    'The calendar of the node is wrong until `heal`, through restarts. `status` shows by how much, and so does the Redis command TIME at that node.',
    'What it affects: nothing that a single-leader cluster decides. Timers, suspicion and write timeouts run on the monotonic clock, which a skew leaves alone; `--monotonic-drift` is a fault of that one: the node waits too long or too short for everything, which no protocol with leases can do without assuming it away.',
    'A new skew of a node takes the place of the one before.',
  ],
  args: { node: completing(nodeWords, required('NODE', 'a node, or a selector that stands for one')) },
  options: {
    offset: text('DURATION', 'how far ahead its calendar is; behind, with a minus: --offset=-5s'),
    drift: text('PERCENT', 'how much faster it runs from now on: 1% gains 10 ms every second'),
    'monotonic-drift': text('PERCENT', 'how much faster its timers run'),
    ...forOption,
  },
  examples: [
    { run: 'replab skew n1 --offset 5s', does: "n1's calendar is 5 s ahead" },
    { run: 'replab skew n2 --offset=-250ms --drift 1%', does: 'behind, but catching up' },
    { run: 'replab skew @leader --monotonic-drift=-20%', does: "the leader's timers run slow" },
  ],
  run: (context, { args, options: { for: forMs, ...wrong } }) =>
    injectOnNode(context, {
      kind: 'skew',
      node: args.node,
      forMs,
      words: Object.entries(wrong).flatMap(([name, value]) => (value === null ? [] : [`--${name}`, value])),
      does: (fault) => `in force, on all ${countsOf(fault).join(' and ')} from now on`,
    }),
});
