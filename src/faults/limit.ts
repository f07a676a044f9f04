import type { NodeFaultKind } from './fault.ts';
import { nodeFault } from './places.ts';

const mostPerS = 1_000_000;

/** A node serves clients at a rate of its own, as a smaller machine would. Replication goes at full speed. */
export const limit: NodeFaultKind<'limit'> = {
  kind: 'limit',
  on: 'node',
  summary: 'Let a node serve only so many client requests a second; the rest wait in line.',
  usage: 'limit n1 100/s',
  counts: () => ['requests', 'delayed', 'waitMs'],
  replaces: (added, other) => added.node === other.node,

  parse([node, rate, ...rest], nodes) {
    if (node === undefined || rate === undefined || rest.length > 0)
      return 'say a node and a rate, like n1 100/s';
    const fault = nodeFault(node, nodes);
    if (fault !== null) return fault;
    const match = /^(\d{1,7}(?:\.\d{1,3})?)\/s$/.exec(rate);
    const perS = match === null ? 0 : Number(match[1]);
    if (perS === 0 || perS > mostPerS)
      return `a rate is requests a second, like 100/s or 0.5/s, not "${rate}"`;
    return { kind: 'limit', node, perS };
  },

  format: ({ node, perS }) => `limit ${node} ${perS}/s`,

  conditions: ({ perS }) => ({ limitPerS: perS }),
};
