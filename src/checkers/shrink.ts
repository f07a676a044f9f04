import type { OutOfTime } from './checker.ts';
import type { Kind, Taken } from './subject.ts';
import { withoutUnseen } from './unseen.ts';

/**
 * Fewer operations of one key that are as impossible. Only what loses nothing is left out:
 * - all that began after a moment, with what had not ended by then unknown: a history that has an order has
 *   one up to any moment;
 * - reads;
 * - what was written and is seen by nobody that is left (never from a counter): any order with it is one
 *   without it.
 * So if what is left has no order, the whole has none. Not the smallest set, but none of its reads can go.
 */
export function shrink(
  taken: readonly Taken[],
  kind: Kind,
  impossible: (some: readonly Taken[]) => boolean,
  outOfTime: OutOfTime,
): readonly Taken[] {
  const seen = (some: readonly Taken[]): readonly Taken[] => withoutUnseen(some, kind, () => true);
  let few = shortestPrefix(taken, impossible, outOfTime);
  const test = (some: readonly Taken[]): boolean => {
    if (!impossible(some)) return false;
    few = some;
    return true;
  };
  test(seen(few));
  return dropChunks(
    few,
    ({ step }) => step.kind === 'read',
    (some) => (test(seen(some)) || test(some) ? few : null),
    outOfTime,
  );
}

/**
 * Leaves out what may be dropped, in chunks of half of it, a quarter, … one, as long as `test` gives what is
 * left (all of `some`, or less of it).
 */
export function dropChunks<T>(
  items: readonly T[],
  mayDrop: (item: T) => boolean,
  test: (some: readonly T[]) => readonly T[] | null,
  outOfTime: OutOfTime,
): readonly T[] {
  let few = items;
  for (let size = Math.max(1, few.length >> 1); ; size = Math.max(1, size >> 1)) {
    let changed = false;
    for (let from = 0; from < few.length && !outOfTime();) {
      const until = from + size;
      const some = few.filter((item, i) => i < from || i >= until || !mayDrop(item));
      const left = some.length < few.length ? test(some) : null;
      changed ||= left !== null;
      if (left === null) from = until;
      else few = left;
    }
    if (outOfTime() || (size === 1 && !changed)) return few;
  }
}

function shortestPrefix(
  taken: readonly Taken[],
  impossible: (some: readonly Taken[]) => boolean,
  outOfTime: OutOfTime,
): readonly Taken[] {
  const ends = taken.map(({ operation }) => operation.end).filter((end) => end !== Infinity);
  const moments = ends.toSorted((a, b) => a - b);
  let low = 0;
  let high = moments.length - 1;
  let shortest = taken;
  while (low < high && !outOfTime()) {
    const middle = (low + high) >> 1;
    const some = upTo(taken, moments[middle]!);
    if (impossible(some)) {
      shortest = some;
      high = middle;
    } else low = middle + 1;
  }
  return shortest;
}

function upTo(taken: readonly Taken[], moment: number): readonly Taken[] {
  return taken.flatMap(({ operation, step }) => {
    if (operation.start > moment) return [];
    if (operation.end <= moment) return [{ operation, step }];
    if (step.kind === 'read') return [];
    return [{ operation: { ...operation, outcome: 'info', end: Infinity } as const, step }];
  });
}
