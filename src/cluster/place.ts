import { compareNodes, type NodeId } from '../protocol/node-id.ts';

/** Where bytes come from: a node, or where clients stand. */
export type Place = NodeId | 'client';

/** What `from` sends on connections it dialled to `to`; nodes send only on connections they dialled (T1). */
export interface LinkId {
  readonly from: Place;
  readonly to: NodeId;
}

export const clientPlace = 'client';

/** `n1->n2`: for printing and as a key. */
export function linkName(link: LinkId): string {
  return `${link.from}->${link.to}`;
}

/** Every ordered pair of nodes, then a client link for each node. */
export function linksOf(nodes: readonly NodeId[]): readonly LinkId[] {
  const sorted = nodes.toSorted(compareNodes);
  const pairs = sorted.flatMap((from) => sorted.filter((to) => to !== from).map((to) => ({ from, to })));
  return [...pairs, ...sorted.map((to) => ({ from: clientPlace, to }) as const)];
}
