import type { NodeFaultParams } from '../faults/fault.ts';
import type { Rng } from '../lib/rng.ts';
import type { NodeId } from '../protocol/node-id.ts';

/** Faults that a node has to live with until they are healed, through kills and starts; as drawn for one. */
export const burdens = {
  'disk-stays-full': (node: NodeId): NodeFaultParams => ({ kind: 'disk', node, trouble: 'full' }),
  'disk-slow': (node: NodeId, rng: Rng): NodeFaultParams => ({
    kind: 'disk',
    node,
    trouble: 'slow',
    slowMs: rng.pick([1, 20, 300]),
  }),
  skew: (node: NodeId, rng: Rng): NodeFaultParams => ({
    kind: 'skew',
    node,
    offsetMs: rng.pick([-3_600_000, -700, 50, 5000]),
    driftPercent: rng.pick([-10, 0, 0, 1]),
    monotonicDriftPercent: rng.pick([-50, -5, 0, 0, 0, 5, 80]),
  }),
  limit: (node: NodeId, rng: Rng): NodeFaultParams => ({
    kind: 'limit',
    node,
    perS: rng.pick([0.5, 3, 20, 100]),
  }),
} as const;
