import type { Place } from '../cluster/place.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { FaultKindName } from './fault.ts';
import { faultKinds, parseFault, verdictOf } from './faults.ts';

/** Who can hear whom, as the faults in force have it. Nodes send only on connections they dialled (T1). */
export interface Wires {
  /** Ids of the faults that hold or reset what `from` sends to `to`; empty: it passes. */
  cutBy(from: Place, to: NodeId): readonly string[];
  /** Ids of the faults that make what `from` sends to `to` slow or lossy. */
  slowedBy(from: Place, to: NodeId): readonly string[];
  /** Nodes that can talk to each other, directly or through others, both ways; the largest group first. */
  readonly groups: readonly (readonly NodeId[])[];
  /** Pairs of which only one way is cut. */
  readonly oneWay: readonly (readonly [NodeId, NodeId])[];
}

export function wiresOf({ nodes, faults }: Pick<Snapshot, 'nodes' | 'faults'>): Wires {
  const ids = nodes.map(({ id }) => id);
  const regions = Object.keys(nodes[0]?.address.clientAt ?? {});
  const active = faults.flatMap(({ id, kind, text, sinceMs }) => {
    if (!Object.hasOwn(faultKinds, kind)) return [];
    const params = parseFault(kind as FaultKindName, text.split(' ').slice(1), ids, regions);
    return typeof params === 'string' ? [] : [{ id, since: sinceMs, params }];
  });
  if (active.length === 0) return { cutBy: () => [], slowedBy: () => [], groups: [ids], oneWay: [] };
  const judged = new Map<string, ReturnType<typeof verdictOf>>();
  const judge = (from: Place, to: NodeId): ReturnType<typeof verdictOf> => {
    const ends = `${from} ${to}`;
    const verdict = judged.get(ends) ?? verdictOf(active, { from, to, direction: 'forward' });
    judged.set(ends, verdict);
    return verdict;
  };
  const cutBy: Wires['cutBy'] = (from, to) => {
    const { state, by } = judge(from, to);
    return state === 'pass' ? [] : by;
  };
  const slowedBy: Wires['slowedBy'] = (from, to) => judge(from, to).shape.map(({ by }) => by);
  const held = new Set(
    ids.flatMap((from) =>
      ids.filter((to) => to !== from && cutBy(from, to).length > 0).map((to) => `${from} ${to}`),
    ),
  );
  const isHeld = (from: NodeId, to: NodeId): boolean => held.has(`${from} ${to}`);
  const oneWay = ids.flatMap((from) =>
    ids.filter((to) => isHeld(from, to) && !isHeld(to, from)).map((to) => [from, to] as const),
  );
  return { cutBy, slowedBy, groups: groupsOf(ids, (a, b) => !isHeld(a, b) && !isHeld(b, a)), oneWay };
}

function groupsOf(
  ids: readonly NodeId[],
  talk: (a: NodeId, b: NodeId) => boolean,
): readonly (readonly NodeId[])[] {
  const left = new Set(ids);
  const groups: NodeId[][] = [];
  for (const id of ids) {
    if (!left.delete(id)) continue;
    const group = [id];
    for (const one of group) {
      for (const other of left) {
        if (!talk(one, other)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    groups.push(ids.filter((one) => group.includes(one)));
  }
  return groups.toSorted((a, b) => b.length - a.length);
}
