import { clientPlace, type Place } from '../cluster/place.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { FlowFaultKind, ParamsOf } from './fault.ts';
import { receiverOf, senderOf } from './flow.ts';
import { comparePlaces, placeFault } from './places.ts';

/**
 * The nodes fall into groups, and nothing passes between two groups, either way. Nodes not named form one
 * more group; clients are cut only when named, and then reach their own group alone (P8). Groups and members
 * are kept in order, so that two partitions that are the same are equal as text.
 */
export const partition: FlowFaultKind<'partition'> = {
  kind: 'partition',
  on: 'flow',
  summary: 'Hold everything between groups of nodes, both ways; nodes not named form one more group.',
  usage: 'partition n1,n2/n3',
  replaces: () => true,

  parse(args, nodes) {
    const [text] = args;
    if (text === undefined || args.length > 1) return 'say the groups as one word, like n1,n2/n3';
    const named = text.split('/').map((group) => group.split(','));
    const fault = membersFault(named.flat(), nodes);
    if (fault !== null) return fault;
    const rest = nodes.filter((node) => !named.flat().includes(node));
    const groups = rest.length > 0 ? [...named, rest] : named;
    if (groups.length < 2) return 'one group that holds every node cuts nothing; split it with "/"';
    return { kind: 'partition', groups: inOrder(groups) };
  },

  format: (params) => `partition ${params.groups.map((group) => group.join(',')).join('/')}`,

  verdict(params, flow) {
    const from = groupOf(params, senderOf(flow));
    const to = groupOf(params, receiverOf(flow));
    return from !== -1 && to !== -1 && from !== to ? 'hold' : 'pass';
  },
};

function membersFault(members: readonly string[], nodes: readonly NodeId[]): string | null {
  for (const [at, member] of members.entries()) {
    const fault = placeFault(member, nodes);
    if (fault !== null) return fault;
    if (members.indexOf(member) !== at) return `${member} is named twice; each belongs to one group`;
  }
  return null;
}

/** Groups that hold a node first, by their first node; a group of clients alone comes last. */
function inOrder(groups: readonly (readonly Place[])[]): readonly (readonly Place[])[] {
  return groups
    .map((group) => group.toSorted(comparePlaces))
    .toSorted((a, b) => comparePlaces(a[0] ?? clientPlace, b[0] ?? clientPlace));
}

/** -1 for a place in no group: nothing is cut from it. */
function groupOf(params: ParamsOf<'partition'>, place: Place): number {
  return params.groups.findIndex((group) => group.includes(place));
}
