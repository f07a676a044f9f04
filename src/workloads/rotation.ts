/**
 * Keys that are retired when enough has been put into them, as Elle's workloads do: what grows with every write
 * stays small that way, and so does what is read, and sent to followers.
 */
export interface Rotation {
  /** The key at a place now. */
  at(place: number): string;
  /** The same, and counts one more thing put into it. */
  put(place: number): string;
  /** Every key there has been. */
  all(): readonly string[];
}

export function createRotation(name: (number: number) => string, places: number, most: number): Rotation {
  const keys = Array.from({ length: places }, (_, place) => name(place));
  const live = keys.map((key) => ({ key, count: 0 }));
  return {
    at: (place) => live[place]!.key,
    put(place) {
      const one = live[place]!;
      if (one.count === most) {
        one.key = name(keys.length);
        one.count = 0;
        keys.push(one.key);
      }
      one.count += 1;
      return one.key;
    },
    all: () => [...keys],
  };
}
