import { expect, test } from 'vitest';
import { knowNoEpoch } from '../../src/supervisor/lifecycle.ts';
import type { Answered } from '../../src/supervisor/sampler.ts';

function heard(...numbers: readonly number[]): readonly Answered[] {
  return numbers.map(
    (number, i) => ({ id: `n${i + 1}`, status: { epoch: { number, disk: 1 } } }) as Answered,
  );
}

test.for([
  ['all have answered and none has heard of any', heard(0, 0, 0), true],
  ['one has', heard(0, 2), false],
  ['a node that may know more is silent: its data may be all there are', heard(0, 0), null],
  ['nobody answers', heard(), null],
] as const)('a cluster that knows no epoch: %s', ([, answered, expected]) => {
  expect(knowNoEpoch(3, answered)).toBe(expected);
});
