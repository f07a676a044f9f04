import { fc } from '../support/property.ts';
import { describe, expect, test } from 'vitest';
import { firstLeader, maxShards, shardOf, shardsOf } from '../../src/protocol/shard.ts';

const keys = Array.from({ length: 4000 }, (_, i) => `user:${i}`);

describe('S3: the shard of a key', () => {
  test('is one of them, the only one when there is one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: maxShards }), (key, shards) => {
        expect(shardsOf(shards)).toContain(shardOf(key, shards));
      }),
    );
    expect(keys.every((key) => shardOf(key, 1) === 0)).toBe(true);
  });

  test('never changes: what was stored is found again', () => {
    expect(['a', 'b', 'x', 'y', 'cart:{alice}', ''].map((key) => shardOf(key, 2))).toEqual([
      1, 1, 0, 1, 0, 0,
    ]);
    expect(keys.slice(0, 8).map((key) => shardOf(key, 8))).toEqual([0, 1, 6, 0, 5, 4, 1, 7]);
  });

  test.for([2, 3, 5, 8])('spreads keys evenly over %i', (shards) => {
    const counts = shardsOf(shards).map(
      (shard) => keys.filter((key) => shardOf(key, shards) === shard).length,
    );
    for (const count of counts) expect(Math.abs(count / (keys.length / shards) - 1)).toBeLessThan(0.15);
  });

  test('keys of one tag are together, and with a key that is the tag', () => {
    for (const tag of ['alice', 'bob', 'ü', ' ']) {
      for (const key of [`{${tag}}`, `cart:{${tag}}`, `{${tag}}:orders`, `a{${tag}}b{other}`]) {
        expect(shardOf(key, 8), key).toBe(shardOf(tag, 8));
      }
    }
  });

  test('what is no tag is part of the key', () => {
    for (const text of ['{}', '{', 'a{b', '}a{', '{}{tag}']) {
      const shards = new Set(
        keys.slice(0, 100).map((key) => shardOf(`${text.replace('{tag}', '')}${key}`, 8)),
      );
      expect(shards.size, text).toBeGreaterThan(1);
    }
  });
});

test('S3: shards are dealt out to the nodes in turn', () => {
  expect(shardsOf(5).map((shard) => firstLeader(shard, ['n1', 'n2', 'n3']))).toEqual([
    'n1',
    'n2',
    'n3',
    'n1',
    'n2',
  ]);
});
