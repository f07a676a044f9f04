import { describe, expect, test } from 'vitest';
import { byHash, parseReadPolicy, readOrder, type Reader } from '../../src/client/session/read-policy.ts';
import { createChance } from '../../src/lib/chance.ts';
import { fc } from '../support/property.ts';
import { node, sample } from './sample.ts';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const snapshot = sample({ nodes: nodes.map((id) => node(id)) });
const reader: Reader = { as: 'alice', turn: 0, sinceWriteMs: null, place: 'client', chance: createChance(1) };
const orderOf = (text: string, of: Partial<Reader> = {}) =>
  readOrder(parseReadPolicy(text), { ...reader, ...of }, snapshot);

test('policies as people type them', () => {
  for (const kind of ['leader', 'follower', 'any', 'nearest', 'sticky'] as const)
    expect(parseReadPolicy(kind)).toEqual({ kind });
  expect(parseReadPolicy('leader-for:1m')).toEqual({ kind: 'leader-for', ms: 60_000 });
  expect(parseReadPolicy('@follower.0')).toEqual({ kind: 'node', selector: '@follower.0' });
  for (const text of ['leader-for', 'leader-for:', 'leader-for:soon', 'leader-fort'])
    expect(() => parseReadPolicy(text)).toThrow(expect.objectContaining({ code: 'usage' }));
});

describe('where a read goes', () => {
  test('follower and any: round, from the turn that it is', () => {
    expect(orderOf('any', { turn: 7 }).nodes).toEqual(['n3', 'n4', 'n5', 'n1', 'n2']);
    expect(orderOf('follower', { turn: 7 }).nodes).toEqual(['n5', 'n2', 'n3', 'n4']);
    expect(orderOf('any').turned).toBe(true);
    expect(orderOf('sticky').turned).toBe(false);
  });

  test('leader-for: the leader while the write is young', () => {
    const at = (sinceWriteMs: number | null) => orderOf('leader-for:10s', { sinceWriteMs });
    expect(at(9999)).toMatchObject({ nodes: ['leader'], turned: false });
    expect(at(10_000)).toMatchObject({ nodes: ['n2', 'n3', 'n4', 'n5'], turned: true });
    expect(at(null).nodes[0]).toBe('n2');
  });

  test('sticky: the same for a user whatever the order of nodes; who is lost takes nobody else along', () => {
    const home = orderOf('sticky').home!;
    expect(byHash('alice', nodes.toReversed())[0]).toBe(home);
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...nodes), (user, gone) => {
        const [first, second] = byHash(user, nodes);
        const left = byHash(
          user,
          nodes.filter((one) => one !== gone),
        );
        expect(left[0]).toBe(first === gone ? second : first);
      }),
    );
  });

  test('sticky: users are spread over all nodes', () => {
    const homes = Map.groupBy(
      Array.from({ length: 1000 }, (_, i) => `user${i}`),
      (user) => byHash(user, nodes)[0],
    );
    for (const one of nodes) expect(homes.get(one)?.length).toBeGreaterThan(120);
  });
});
