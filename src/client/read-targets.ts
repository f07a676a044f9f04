import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Chance } from '../lib/chance.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { observedRoles, selectNode } from './selectors.ts';

/** Where to read. `start`: the place in the round robin of `follower` and `any`. */
export type ReadFrom =
  | { readonly kind: 'leader' }
  | { readonly kind: 'follower' | 'any'; readonly start: number }
  | { readonly kind: 'node'; readonly selector: string; readonly chance: Chance };

/** `leader`, `follower`, `any` (in turn, from where the seed says), or a node. */
export function parseReadFrom(text: string, chance: Chance): ReadFrom {
  if (text === 'leader') return { kind: 'leader' };
  if (text === 'follower' || text === 'any') return { kind: text, start: chance.seed };
  return { kind: 'node', selector: text, chance };
}

/** The nodes to try, in order: a round robin over those that answer. A named node is the only one. */
export function readTargets(
  from: Exclude<ReadFrom, { kind: 'leader' }>,
  snapshot: Snapshot,
): readonly NodeId[] {
  if (from.kind === 'node') return [selectNode(from.selector, snapshot, from)];
  const fits = (node: NodeView): boolean =>
    from.kind === 'follower' ? node.role === 'follower' : node.role !== null;
  const nodes = snapshot.nodes.filter(fits).map(({ id }) => id);
  if (nodes.length === 0) {
    const selector = from.kind === 'follower' ? '@follower.0' : 'any';
    throw new ReplabError('selector-empty', {
      selector,
      roles: observedRoles(snapshot),
      cluster: snapshot.cluster,
    });
  }
  const first = from.start % nodes.length;
  return [...nodes.slice(first), ...nodes.slice(0, first)];
}
