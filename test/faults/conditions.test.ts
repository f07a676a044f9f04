import { describe, expect, test } from 'vitest';
import { merged, sound } from '../../src/faults/conditions.ts';
import type { ActiveFault } from '../../src/faults/fault.ts';
import { conditionsOf } from '../../src/faults/faults.ts';
import { active, parsed } from './texts.ts';
import { fc } from '../support/property.ts';

describe('conditions', () => {
  test('a node without faults on it lives under sound conditions, whatever is cut', () => {
    expect(conditionsOf(active('isolate n1', 'skew n2 --offset 5s'), 'n1')).toEqual(sound);
  });

  test('rates of clocks multiply, so that no clock stands or runs backward', () => {
    const faults = active('skew n1 --monotonic-drift -90%', 'skew n1 --drift 1% --monotonic-drift -50%');
    const { monotonicRate, by } = conditionsOf(faults, 'n1');
    expect(monotonicRate).toBeCloseTo(0.05, 9);
    expect([by.monotonicRate, by.calendar]).toEqual([['f1', 'f2'], ['f2']]);
    expect(merged([]).monotonicRate).toBe(1);
  });

  test('faults on one node become one, whatever their order, and each is named', () => {
    const skews = fc
      .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: -90, max: 90 }), fc.nat(1e6))
      .filter(([offset, drift]) => offset !== 0 || drift !== 0);
    fc.assert(
      fc.property(fc.array(skews, { minLength: 1, maxLength: 4 }), fc.nat(1e7), (drawn, later) => {
        const faults = drawn.map(([offset, drift, since], at) => ({
          id: `f${at}`,
          since,
          params: parsed(`skew n1 --offset ${offset}ms --drift ${drift}%`),
        }));
        const errorAt = (all: readonly ActiveFault[], at: number): number => {
          const { offsetMs, drift, since } = conditionsOf(all, 'n1').calendar;
          return offsetMs + drift * (at - since);
        };
        const sum = faults.reduce((ms, fault) => ms + errorAt([fault], later), 0);
        expect(errorAt(faults, later)).toBeCloseTo(sum, 3);
        expect(errorAt(faults.toReversed(), later)).toBeCloseTo(sum, 3);
        expect(conditionsOf(faults, 'n1').by.calendar).toEqual(faults.map(({ id }) => id));
      }),
    );
  });
});
