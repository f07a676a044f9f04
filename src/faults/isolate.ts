import { isClientPlace } from '../cluster/place.ts';
import type { FlowFaultKind } from './fault.ts';
import { cutCounts, cutting, receiverOf, senderOf } from './flow.ts';
import { nodeFault } from './places.ts';
import { readWords } from './words.ts';

/** One node and every other are cut from each other, both ways. Clients still reach it. */
export const isolate: FlowFaultKind<'isolate'> = {
  kind: 'isolate',
  on: 'flow',
  summary: 'Hold everything between one node and all others, both ways; clients still reach it.',
  usage: 'isolate n1',
  counts: cutCounts,
  replaces: () => false,

  parse(args, nodes) {
    const words = readWords(args, ['--reset']);
    if (typeof words === 'string') return words;
    const [node] = words.plain;
    if (node === undefined || words.plain.length > 1) return 'say one node, like n1';
    if (node.includes(',')) {
      return `it is about one node, and ${node} are several: \`partition ${node}\` cuts them off together`;
    }
    const fault = nodeFault(node, nodes);
    if (fault !== null) return fault;
    if (nodes.length < 2) return `${node} is the only node; there is nothing to isolate it from`;
    return { kind: 'isolate', node, ...(words.flags.has('--reset') ? { reset: true } : {}) };
  },

  format: (params) => `isolate ${params.node}${params.reset === true ? ' --reset' : ''}`,

  verdict(params, flow) {
    const from = senderOf(flow);
    const to = receiverOf(flow);
    if (isClientPlace(from) || isClientPlace(to)) return 'pass';
    return from === params.node || to === params.node ? cutting(flow, params.reset === true) : 'pass';
  },
};
