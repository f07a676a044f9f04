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
