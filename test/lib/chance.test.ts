import { expect, test } from 'vitest';
import { createChance } from '../../src/lib/chance.ts';

test('the same seed over the same items gives the same draws, each item once', () => {
  const draws = (seed: number) => {
    const chance = createChance(seed);
    const items = [1, 2, 3, 4].flatMap(() => chance.draw('it', ['a', 'b', 'c']));
    expect(chance.drawn).toEqual(items.map((chose) => ({ by: 'it', chose })));
    return items.join('');
  };
  expect(draws(4)).toBe(draws(4));
  const all = Array.from({ length: 30 }, (_, seed) => draws(seed));
  expect(new Set(all).size).toBeGreaterThan(3);
  expect(all.every((one) => one.length === 3)).toBe(true);
});
