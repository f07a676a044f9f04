import { createRng } from './rng.ts';

/** The chance of one command: where it began, and what came of it. */
export interface Chance {
  readonly seed: number;
  readonly drawn: readonly Draw[];
  /**
   * One of `from`, or none when it is empty. Without putting back: two draws are two items. The same seed
   * over the same items gives the same choice.
   */
  draw<T extends string>(by: string, from: readonly T[]): readonly T[];
}

interface Draw {
  /** What asked for it: `@random`. */
  readonly by: string;
  readonly chose: string;
}

export function createChance(seed: number): Chance {
  const rng = createRng(seed);
  const drawn: Draw[] = [];
  return {
    seed,
    drawn,
    draw(by, from) {
      const left = from.filter((item) => drawn.every(({ chose }) => chose !== item));
      if (left.length === 0) return [];
      const chose = rng.pick(left);
      drawn.push({ by, chose });
      return [chose];
    },
  };
}
