import type { ClientPlace } from '../../cluster/place.ts';
import type { Snapshot } from '../../cluster/snapshot.ts';
import { ReplabError } from '../../control/errors.ts';
import { parseDuration } from '../../lib/duration.ts';
import { hash48 } from '../../lib/hash.ts';
import type { Chance } from '../../lib/chance.ts';
import type { NodeId } from '../../protocol/node-id.ts';
import { readTargets } from '../read-targets.ts';

/** Where a session reads. */
export type ReadPolicy =
  | { readonly kind: 'leader' | 'follower' | 'any' | 'nearest' | 'sticky' }
  /** At the leader for so long after one's own write, else at a follower. */
  | { readonly kind: 'leader-for'; readonly ms: number }
  | { readonly kind: 'node'; readonly selector: string };

/** As people type them. */
export const policyWords = ['leader', 'follower', 'any', 'nearest', 'sticky', 'leader-for:1m'] as const;

export function parseReadPolicy(text: string): ReadPolicy {
  switch (text) {
    case 'leader':
    case 'follower':
    case 'any':
    case 'nearest':
    case 'sticky':
      return { kind: text };
    default:
  }
  if (!text.startsWith('leader-for')) return { kind: 'node', selector: text };
  const ms = parseDuration(text.slice('leader-for:'.length));
  if (ms === null || !text.startsWith('leader-for:')) {
    throw new ReplabError('usage', { message: `${text} needs a duration, such as leader-for:1m.` });
  }
  return { kind: 'leader-for', ms };
}

/** Who reads, and what of it the policies look at. */
export interface Reader {
  readonly as: string;
  /** Its place in the round robin. */
  readonly turn: number;
  /** Since its last write; null when it has not written. */
  readonly sinceWriteMs: number | null;
  readonly place: ClientPlace;
  readonly chance: Chance;
}

/** The nodes to try, in order; `leader` stands for whoever leads. */
export interface ReadOrder {
  readonly nodes: readonly (NodeId | 'leader')[];
  /** The one it should have been, where that is for a reason of its own. */
  readonly home: NodeId | null;
  /** It took a turn of the round robin. */
  readonly turned: boolean;
}

export const atLeader: ReadOrder = order(['leader']);

/** Where a read goes first, and where next when it cannot be served there. */
export function readOrder(policy: ReadPolicy, reader: Reader, snapshot: Snapshot): ReadOrder {
  switch (policy.kind) {
    case 'leader':
      return atLeader;
    case 'follower':
    case 'any':
      return {
        ...order(readTargets({ kind: policy.kind, start: reader.turn }, snapshot, reader.place)),
        turned: true,
      };
    case 'nearest':
      return order(readTargets({ kind: 'nearest' }, snapshot, reader.place));
    case 'sticky': {
      const nodes = byHash(
        reader.as,
        snapshot.nodes.map(({ id }) => id),
      );
      return { ...order(nodes), home: nodes[0]! };
    }
    case 'leader-for':
      return reader.sinceWriteMs !== null && reader.sinceWriteMs < policy.ms
        ? atLeader
        : readOrder({ kind: 'follower' }, reader, snapshot);
    default:
      return order(readTargets({ ...policy, chance: reader.chance }, snapshot, reader.place));
  }
}

function order(nodes: ReadOrder['nodes']): ReadOrder {
  return { nodes, home: null, turned: false };
}

/** Highest random weight (Thaler, Ravishankar, 1996): when a node dies, only its own users move. */
export function byHash(user: string, nodes: readonly NodeId[]): readonly NodeId[] {
  const weight = (node: NodeId): number => hash48(node, hash48(user));
  return nodes.toSorted((a, b) => weight(b) - weight(a));
}
