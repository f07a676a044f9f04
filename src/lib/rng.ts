/**
 * Seeded chance. Every random choice of replab comes from one of these, so that a seed replays a run.
 * Generator: sfc32 (PractRand, Chris Doty-Humphrey), seeded through splitmix32.
 */
export interface Rng {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, n). */
  below(n: number): number;
  /** An integer in [low, high], both included. */
  between(low: number, high: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** An independent stream: drawing from it never shifts what this one draws. */
  fork(label: string): Rng;
}

export function createRng(seed: number | string): Rng {
  return fromState(seedState(String(seed)));
}

function fromState(s: [number, number, number, number]): Rng {
  let [a, b, c, counter] = s;
  const label = s.join('.');
  function uint32(): number {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }
  const rng: Rng = {
    next: () => uint32() / 4294967296,
    below: (n) => Math.floor(rng.next() * n),
    between: (low, high) => low + rng.below(high - low + 1),
    chance: (p) => rng.next() < p,
    pick(items) {
      const item = items[rng.below(items.length)];
      if (item === undefined) throw new RangeError('cannot pick from an empty list');
      return item;
    },
    fork: (name) => fromState(seedState(`${label}/${name}`)),
  };
  return rng;
}

function seedState(text: string): [number, number, number, number] {
  let h = 0x9e3779b9 ^ text.length;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x85ebca6b);
    h ^= h >>> 13;
  }
  const draw = (): number => {
    h = (h + 0x9e3779b9) | 0;
    let t = h ^ (h >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
  return [draw(), draw(), draw(), draw()];
}
