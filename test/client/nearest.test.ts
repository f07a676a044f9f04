import { expect, test } from 'vitest';
import { nearest } from '../../src/client/nearest.ts';
import { parseReadFrom, readTargets } from '../../src/client/read-targets.ts';
import type { LinkView } from '../../src/cluster/snapshot.ts';
import { createChance } from '../../src/lib/chance.ts';
import { node, sample, silent } from './sample.ts';

function way(from: string, to: string, latencyMs: number, addedMs = 0): LinkView {
  const delayMs = latencyMs + addedMs;
  const still = { connections: 0, bytes: 0, frames: 0, held: { forward: 0, back: 0 }, faults: [] };
  return { from, to, state: 'ok', latencyMs, delayMs, roundTripMs: 2 * delayMs, ...still };
}

const snapshot = sample({
  nodes: [node('n1'), node('n2'), node('n3'), node('n10')],
  links: [
    way('client@us', 'n1', 40),
    way('client@us', 'n2', 0, 500),
    way('client@us', 'n3', 108),
    way('client@us', 'n10', 40),
    ...['n1', 'n2', 'n3', 'n10'].map((to) => way('client', to, 0)),
  ],
});
const ids = (nodes: readonly { readonly id: string }[]): readonly string[] => nodes.map(({ id }) => id);

test('by the distance of regions, whatever faults add; by number where that is the same', () => {
  expect(ids(nearest(snapshot, 'client@us'))).toEqual(['n2', 'n1', 'n10', 'n3']);
  expect(ids(nearest(snapshot, 'client'))).toEqual(['n1', 'n2', 'n3', 'n10']);
});

test('--read nearest passes over nodes that do not answer', () => {
  const from = parseReadFrom('nearest', createChance(1));
  if (from.kind === 'leader') throw new Error('nearest is not the leader');
  const without = {
    ...snapshot,
    nodes: snapshot.nodes.map((one) => (one.id === 'n2' ? node('n2', silent) : one)),
  };
  expect(readTargets(from, snapshot, 'client@us')).toEqual(['n2', 'n1', 'n10', 'n3']);
  expect(readTargets(from, without, 'client@us')).toEqual(['n1', 'n10', 'n3']);
});
