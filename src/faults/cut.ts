import type { FlowFaultKind } from './fault.ts';
import { receiverOf, senderOf } from './flow.ts';
import { placeFault } from './places.ts';

/**
 * One way: nothing that `from` sends reaches `to`. That is what it sends on connections it dialled, and
 * what it answers on connections `to` dialled (T1): forward of link(from, to) and back of link(to, from).
 */
export const cut: FlowFaultKind<'cut'> = {
  kind: 'cut',
  on: 'flow',
  summary: 'Hold what the first sends to the second; the other way passes.',
  usage: 'cut n1:n2',
  replaces: () => false,

  parse(args, nodes) {
    const [text] = args;
    const ends = text?.split(':') ?? [];
    const [from, to] = ends;
    if (args.length !== 1 || ends.length !== 2 || from === undefined || to === undefined) {
      return 'say who sends and who no longer hears it, like n1:n2';
    }
    const fault = placeFault(from, nodes) ?? placeFault(to, nodes);
    if (fault !== null) return fault;
    if (from === to) return `${from} cannot be cut from itself`;
    return { kind: 'cut', from, to };
  },

  format: (params) => `cut ${params.from}:${params.to}`,

  verdict: (params, flow) =>
    senderOf(flow) === params.from && receiverOf(flow) === params.to ? 'hold' : 'pass',
};
