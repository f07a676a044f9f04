import type { FlowFaultKind } from './fault.ts';
import { cutCounts, cutting, receiverOf, senderOf } from './flow.ts';
import { formatEnds, readEnds } from './places.ts';
import { readWords } from './words.ts';

/**
 * One way: nothing that `from` sends reaches `to`. That is what it sends on connections it dialled, and
 * what it answers on connections `to` dialled (T1): forward of link(from, to) and back of link(to, from).
 */
export const cut: FlowFaultKind<'cut'> = {
  kind: 'cut',
  on: 'flow',
  summary: 'Hold what the first sends to the second; the other way passes.',
  usage: 'cut n1:n2',
  counts: cutCounts,
  replaces: () => false,

  parse(args, nodes, regions) {
    const words = readWords(args, ['--reset']);
    if (typeof words === 'string') return words;
    const [text] = words.plain;
    if (words.plain.length !== 1 || text === undefined)
      return 'say who sends and who no longer hears it, like n1:n2';
    const ends = readEnds(text, { nodes, regions }, 'say who sends and who no longer hears it, like n1:n2');
    if (typeof ends === 'string') return ends;
    return { kind: 'cut', ...ends, ...(words.flags.has('--reset') ? { reset: true } : {}) };
  },

  format: (params) => `cut ${formatEnds(params)}${params.reset === true ? ' --reset' : ''}`,

  verdict: (params, flow) =>
    params.from.includes(senderOf(flow)) && params.to.includes(receiverOf(flow))
      ? cutting(flow, params.reset === true)
      : 'pass',
};
