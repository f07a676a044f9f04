import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { wiresOf } from '../../src/faults/wires.ts';
import { node, sample } from '../client/sample.ts';

describe('wires', () => {
  const withFaults = (...texts: readonly string[]): Snapshot => ({
    ...sample({ nodes: ['n1', 'n2', 'n3', 'n4', 'n5'].map((id) => node(id)) }),
    faults: texts.map((text, i) => ({
      id: `f${i + 1}`,
      kind: text.split(' ')[0]!,
      text,
      sinceMs: 0,
      untilMs: null,
      hit: { byClass: {}, payload: 0, bytes: 0, connections: 0, counts: {} },
    })),
  });

  test('groups are of those who still talk, through others too', () => {
    expect(wiresOf(withFaults()).groups).toEqual([['n1', 'n2', 'n3', 'n4', 'n5']]);
    expect(wiresOf(withFaults('partition n1,n2/n3,n4,n5')).groups).toEqual([
      ['n3', 'n4', 'n5'],
      ['n1', 'n2'],
    ]);
    expect(wiresOf(withFaults('cut n1:n2', 'cut n2:n1')).groups).toHaveLength(1);
  });

  test('one way is not both', () => {
    const wires = wiresOf(withFaults('cut n1:n2'));
    expect(wires.oneWay).toEqual([['n1', 'n2']]);
    expect([wires.cutBy('n1', 'n2'), wires.cutBy('n2', 'n1')]).toEqual([['f1'], []]);
  });

  test('slow is slow one way, and cuts nothing', () => {
    const wires = wiresOf(withFaults('link n1:n2 --delay 300ms'));
    expect([wires.slowedBy('n1', 'n2'), wires.slowedBy('n2', 'n1')]).toEqual([['f1'], []]);
    expect(wires).toMatchObject({ groups: [['n1', 'n2', 'n3', 'n4', 'n5']], oneWay: [] });
  });

  test('a fault of a kind that is not known cuts nothing', () => {
    expect(wiresOf(withFaults('solar-flare n1')).groups).toHaveLength(1);
  });
});
