import type { ClientPlace } from '../cluster/place.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Chance } from '../lib/chance.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { nearest } from './nearest.ts';
import { observedRoles, selectNode } from './selectors.ts';

/** Where to read. `start`: the place in the round robin of `follower` and `any`. */
export type ReadFrom =
  | { readonly kind: 'leader' }
  | { readonly kind: 'nearest' }
  | { readonly kind: 'follower' | 'any'; readonly start: number }
  | { readonly kind: 'node'; readonly selector: string; readonly chance: Chance };

/** `leader`, `nearest`, `follower`, `any` (in turn, from where the seed says), or a node. */
export function parseReadFrom(text: string, chance: Chance): ReadFrom {
  if (text === 'leader' || text === 'nearest') return { kind: text };
  if (text === 'follower' || text === 'any') return { kind: text, start: chance.seed };
  return { kind: 'node', selector: text, chance };
}

/** The nodes to try, in order: a round robin over those that answer, or the nearest first. A named node is the only one. */
export function readTargets(
  from: Exclude<ReadFrom, { kind: 'leader' }>,
  snapshot: Snapshot,
  place: ClientPlace,
): readonly NodeId[] {
  if (from.kind === 'node') return [selectNode(from.selector, snapshot, from)];
  const fits = (node: NodeView): boolean =>
    from.kind === 'follower' ? node.role === 'follower' : node.role !== null;
  const fitting = from.kind === 'nearest' ? nearest(snapshot, place, fits) : snapshot.nodes.filter(fits);
  const nodes = fitting.map(({ id }) => id);
  if (nodes.length === 0) {
    const selector = from.kind === 'follower' ? '@follower.0' : 'any';
    throw new ReplabError('selector-empty', {
      selector,
      roles: observedRoles(snapshot),
      cluster: snapshot.cluster,
    });
  }
  const first = from.kind === 'nearest' ? 0 : from.start % nodes.length;
  return [...nodes.slice(first), ...nodes.slice(0, first)];
}
