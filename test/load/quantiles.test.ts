import { expect, test } from 'vitest';
import { quantilesOf } from '../../src/load/quantiles.ts';

test('quantiles are values that were measured, the least that so many are not above', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(quantilesOf(hundred)).toEqual({ p50: 50, p90: 90, p99: 99, max: 100, mean: 50.5 });
  expect(quantilesOf([3])).toEqual({ p50: 3, p90: 3, p99: 3, max: 3, mean: 3 });
});

test('of nothing, nothing is known', () => {
  expect(quantilesOf([])).toEqual({ p50: null, p90: null, p99: null, max: null, mean: null });
});
