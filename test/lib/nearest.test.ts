import { expect, test } from 'vitest';
import { nearest } from '../../src/lib/nearest.ts';

const words = ['get', 'status', 'isolate', 'heal', 'expect-exit'];

test.for([
  ['gte', 'get'],
  ['stauts', 'status'],
  ['isolte', 'isolate'],
  ['heel', 'heal'],
  ['expect-exti', 'expect-exit'],
  ['x', null],
  ['everything', null],
] as const)('%s was meant to be %s', ([typed, word]) => {
  expect(nearest(typed, words)).toBe(word);
});

test('of nothing, nothing', () => {
  expect(nearest('get', [])).toBeNull();
});
