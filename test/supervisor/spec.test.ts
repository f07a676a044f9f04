import { describe, expect, test } from 'vitest';
import type { ClusterSpec } from '../../src/cluster/spec.ts';
import { completeSpec, liveOptions } from '../../src/supervisor/spec.ts';

const spec: ClusterSpec = {
  name: 'c1',
  mode: 'single-leader',
  engine: 'replab',
  nodes: ['n1', 'n2', 'n3'],
  options: { sync: '1' },
  shards: 1,
  durability: 'normal',
};

describe('a cluster’s specification', () => {
  test('is completed with what its mode falls back to', () => {
    expect(completeSpec(spec).options).toMatchObject({
      sync: '1',
      ack: 'durable',
      'election-timeout': '1500ms',
    });
  });

  test('live options are those the log takes over', () => {
    const live = liveOptions(completeSpec(spec));
    expect(live).toMatchObject({ sync: '1', ack: 'durable', 'write-timeout': '5s' });
    expect(live).not.toHaveProperty('election-timeout');
  });

  test.for([
    ['a name that is none', { name: '../c1' }, 'usage'],
    ['an unknown mode', { mode: 'tri-leader' }, 'usage'],
    ['an unknown engine', { engine: 'toString' as 'replab' }, 'usage'],
    ['no nodes', { nodes: [] }, 'usage'],
    ['too many nodes', { nodes: Array.from({ length: 65 }, (_, i) => `n${i + 1}`) }, 'usage'],
    ['a node twice', { nodes: ['n1', 'n1'] }, 'usage'],
    ['a node of another name', { nodes: ['alpha'] }, 'usage'],
    ['an unknown option', { options: { speed: 'high' } }, 'bad-setting'],
    [
      'a node in no region',
      { regions: { of: { n1: 'eu', n2: 'eu' }, latencyMs: { eu: { eu: 0 } } } },
      'usage',
    ],
    [
      'regions of an unknown distance',
      { regions: { of: { n1: 'eu', n2: 'us', n3: 'us' }, latencyMs: { eu: { eu: 0 }, us: { us: 0 } } } },
      'usage',
    ],
    ['an option out of range', { options: { sync: '3' } }, 'bad-setting'],
  ] as const)('%s is refused', ([, over, code]) => {
    expect(() => completeSpec({ ...spec, ...over })).toThrow(expect.objectContaining({ code }));
  });
});
