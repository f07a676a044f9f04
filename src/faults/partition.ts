import { clientPlace, type Place } from '../cluster/place.ts';
import { compareNodes, type NodeId } from '../protocol/node-id.ts';
import type { FlowFaultKind, ParamsOf } from './fault.ts';
import { cutCounts, cutting, receiverOf, senderOf } from './flow.ts';
import { comparePlaces, nodeFault, placeFault, type Named } from './places.ts';
import { readWords } from './words.ts';

type Groups = ParamsOf<'partition'>['groups'];

/**
 * The nodes fall into groups, and nothing passes between two nodes that share none. Nodes not named form one
 * more group; clients are cut only when named, and then reach their own group alone (P8). Groups and members
 * are kept in order, so that two partitions that are the same are equal as text. As people type them groups
 * are apart; in a `ring` and around a `bridge` they overlap.
 */
export const partition: FlowFaultKind<'partition'> = {
  kind: 'partition',
  on: 'flow',
  summary: 'Hold everything between groups of nodes, both ways; nodes not named form one more group.',
  usage: 'partition n1,n2/n3',
  counts: cutCounts,
  replaces: () => true,

  parse(args, nodes, regions) {
    const words = readWords(args, ['--reset']);
    if (typeof words === 'string') return words;
    const [text] = words.plain;
    if (text === undefined || words.plain.length > 1) return 'say the groups as one word, like n1,n2/n3';
    const preset = text === 'ring' || text.startsWith('bridge:') ? text : null;
    const groups = preset === null ? groupsOf(text, { nodes, regions }) : presetGroups(preset, nodes);
    if (typeof groups === 'string') return groups;
    return {
      kind: 'partition',
      groups,
      ...(preset === null ? {} : { preset }),
      ...(words.flags.has('--reset') ? { reset: true } : {}),
    };
  },

  format({ groups, preset, reset }) {
    const text = preset ?? groups.map((group) => group.join(',')).join('/');
    return `partition ${text}${reset === true ? ' --reset' : ''}`;
  },

  verdict({ groups, reset }, flow) {
    const from = groupsWith(groups, senderOf(flow));
    const to = groupsWith(groups, receiverOf(flow));
    if (from.length === 0 || to.length === 0 || from.some((group) => to.includes(group))) return 'pass';
    return cutting(flow, reset === true);
  },
};

function groupsOf(text: string, { nodes, regions }: Named): Groups | string {
  const named = text.split('/').map((group) => group.split(','));
  const fault = membersFault(named.flat(), { nodes, regions });
  if (fault !== null) return fault;
  const rest = nodes.filter((node) => !named.flat().includes(node));
  const groups = rest.length > 0 ? [...named, rest] : named;
  if (groups.length < 2) return 'one group that holds every node cuts nothing; split it with "/"';
  return inOrder(groups);
}

/** `ring`: each node reaches the one before and the one after it. `bridge:n3`: two halves, and n3 reaches both. */
function presetGroups(preset: string, nodes: readonly NodeId[]): Groups | string {
  const sorted = nodes.toSorted(compareNodes);
  if (preset === 'ring') {
    if (sorted.length < 4) return 'a ring of fewer than four nodes cuts nothing: all are neighbours';
    return sorted.map((node, at) => [node, sorted[(at + 1) % sorted.length]!]);
  }
  const bridge = preset.slice('bridge:'.length);
  const fault = nodeFault(bridge, nodes);
  if (fault !== null) return fault;
  const others = sorted.filter((node) => node !== bridge);
  if (others.length < 2) return 'a bridge wants at least three nodes: itself, and one on each side';
  const half = Math.ceil(others.length / 2);
  return [
    [...others.slice(0, half), bridge],
    [...others.slice(half), bridge],
  ];
}

function membersFault(members: readonly string[], existing: Named): string | null {
  for (const [at, member] of members.entries()) {
    const fault = placeFault(member, existing);
    if (fault !== null) return fault;
    if (members.indexOf(member) !== at) return `${member} is named twice; each belongs to one group`;
  }
  return null;
}

/** Groups that hold a node first, by their first node; a group of clients alone comes last. */
function inOrder(groups: readonly (readonly Place[])[]): Groups {
  return groups
    .map((group) => group.toSorted(comparePlaces))
    .toSorted((a, b) => comparePlaces(a[0] ?? clientPlace, b[0] ?? clientPlace));
}

/** None for a place in no group: nothing is cut from it. */
function groupsWith(groups: Groups, place: Place): Groups {
  return groups.filter((group) => group.includes(place));
}
