import type { ClientPlace } from '../cluster/place.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';

/**
 * The nodes that `fits` says, nearest first as seen from `place`: by the distance of regions, which no fault
 * changes, and by number where that is the same. A snapshot says what is near; a line that a fault makes slow
 * does not move a region.
 */
export function nearest(
  { nodes, links }: Pick<Snapshot, 'nodes' | 'links'>,
  place: ClientPlace,
  fits: (node: NodeView) => boolean = () => true,
): readonly NodeView[] {
  const latency = new Map(
    links.filter(({ from }) => from === place).map((link) => [link.to, link.latencyMs]),
  );
  const far = (node: NodeView): number => latency.get(node.id) ?? Infinity;
  return nodes.filter(fits).toSorted((a, b) => (far(a) === far(b) ? 0 : far(a) - far(b)));
}
