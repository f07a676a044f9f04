import { clientPlace, type Place } from '../cluster/place.ts';
import { compareNodes, type NodeId } from '../protocol/node-id.ts';

/** Nodes by ordinal, then the client: the one spelling of a set of places. */
export function comparePlaces(a: Place, b: Place): number {
  if (a === clientPlace || b === clientPlace) return Number(a === clientPlace) - Number(b === clientPlace);
  return compareNodes(a, b);
}

/** Why `text` names no place of this cluster, or null when it does. */
export function placeFault(text: string, nodes: readonly NodeId[]): string | null {
  return text === clientPlace ? null : nodeFault(text, nodes);
}

/** Why `text` names no node of this cluster, or null when it does. */
export function nodeFault(text: string, nodes: readonly NodeId[]): string | null {
  if (nodes.includes(text)) return null;
  const what = text === '' ? 'a name is missing' : `there is no node "${text}"`;
  return `${what}; the nodes are ${nodes.toSorted(compareNodes).join(', ')}`;
}

/** Who sends, and to whom. */
export interface Ends {
  readonly from: readonly Place[];
  readonly to: readonly Place[];
}

/** `n1:n2`, with several on either side as `n1:n2,n3`; a text is the reason why not. */
export function readEnds(text: string, nodes: readonly NodeId[], otherwise: string): Ends | string {
  const sides = text.split(':').map((side) => side.split(','));
  const [from, to] = sides;
  if (sides.length !== 2 || from === undefined || to === undefined) return otherwise;
  for (const side of [from, to]) {
    for (const [at, place] of side.entries()) {
      const fault = placeFault(place, nodes);
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
