import { compareNodes, type NodeId } from '../protocol/node-id.ts';

/** Where clients stand: `client` beside every node, at no distance; `client@eu` in a region. */
export type ClientPlace = 'client' | `client@${string}`;

/** Where bytes come from: a node, or where clients stand. */
export type Place = NodeId | ClientPlace;

/** What `from` sends on connections it dialled to `to`; nodes send only on connections they dialled (T1). */
export interface LinkId {
  readonly from: Place;
  readonly to: NodeId;
}

export const clientPlace = 'client';

/** `client@eu`; null: clients that stand in no region. */
export function clientAt(region: string | null): ClientPlace {
  return region === null ? clientPlace : `${clientPlace}@${region}`;
}

export function isClientPlace(place: Place): place is ClientPlace {
  return place === clientPlace || place.startsWith(`${clientPlace}@`);
}

/** Null for clients in no region. */
export function regionOfClient(place: ClientPlace): string | null {
  return place === clientPlace ? null : place.slice(clientPlace.length + 1);
}

/** `n1->n2`: for printing and as a key. */
export function linkName(link: LinkId): string {
  return `${link.from}->${link.to}`;
}

/** Every ordered pair of nodes, then a link from each place of clients to each node. */
export function linksOf(
  nodes: readonly NodeId[],
  clients: readonly ClientPlace[] = [clientPlace],
): readonly LinkId[] {
  const sorted = nodes.toSorted(compareNodes);
  const pairs = sorted.flatMap((from) => sorted.filter((to) => to !== from).map((to) => ({ from, to })));
  return [...pairs, ...clients.flatMap((from) => sorted.map((to) => ({ from, to }) as const))];
}
