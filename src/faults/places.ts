import { clientAt, isClientPlace, type Place } from '../cluster/place.ts';
import { compareNodes, type NodeId } from '../protocol/node-id.ts';

/** Nodes by ordinal, then clients by region: the one spelling of a set of places. */
export function comparePlaces(a: Place, b: Place): number {
  if (isClientPlace(a) && isClientPlace(b)) return a < b ? -1 : Number(a > b);
  if (isClientPlace(a) || isClientPlace(b)) return Number(isClientPlace(a)) - Number(isClientPlace(b));
  return compareNodes(a, b);
}

/** Why `text` names no place of this cluster, or null when it does. */
export function placeFault(text: string, { nodes, regions }: Named): string | null {
  if (!isClientPlace(text)) return nodeFault(text, nodes);
  const places = [null, ...regions].map(clientAt);
  if (places.includes(text)) return null;
  return `there is no place "${text}"; clients stand at ${places.join(', ')}`;
}

/** Why `text` names no node of this cluster, or null when it does. */
export function nodeFault(text: string, nodes: readonly NodeId[]): string | null {
  if (nodes.includes(text)) return null;
  const what = text === '' ? 'a name is missing' : `there is no node "${text}"`;
  return `${what}; the nodes are ${nodes.toSorted(compareNodes).join(', ')}`;
}

/** What may be named in a cluster. */
export interface Named {
  readonly nodes: readonly NodeId[];
  readonly regions: readonly string[];
}

/** Who sends, and to whom. */
export interface Ends {
  readonly from: readonly Place[];
  readonly to: readonly Place[];
}

/** `n1:n2`, with several on either side as `n1:n2,n3`; a text is the reason why not. */
export function readEnds(text: string, existing: Named, otherwise: string): Ends | string {
  const sides = text.split(':').map((side) => side.split(','));
  const [from, to] = sides;
  if (sides.length !== 2 || from === undefined || to === undefined) return otherwise;
  for (const side of [from, to]) {
    for (const [at, place] of side.entries()) {
      const fault = placeFault(place, existing);
      if (fault !== null) return fault;
      if (side.indexOf(place) !== at) return `${place} is named twice on one side`;
    }
  }
  if (from.length === 1 && to.length === 1 && from[0] === to[0]) return `${from[0]} has no link to itself`;
  return { from: from.toSorted(comparePlaces), to: to.toSorted(comparePlaces) };
}

export function formatEnds({ from, to }: Ends): string {
  return `${from.join(',')}:${to.join(',')}`;
}
