import type { Operation } from '../history/operation.ts';
import { countBefore } from './sorted.ts';

/**
 * Walks through real time: before an operation is entered, every one that had ended by then has been left, in
 * the order they ended. Stops at the first answer of `enter`.
 */
export function sweep<T>(
  operations: readonly Operation[],
  leave: (operation: Operation) => void,
  enter: (operation: Operation) => T | null,
): T | null {
  const byStart = operations.toSorted((a, b) => a.start - b.start);
  const byEnd = operations.toSorted((a, b) => (a.end < b.end ? -1 : 1));
  let ended = 0;
  for (const operation of byStart) {
    while (ended < byEnd.length && byEnd[ended]!.end < operation.start) {
      leave(byEnd[ended]!);
      ended += 1;
    }
    const answer = enter(operation);
    if (answer !== null) return answer;
  }
  return null;
}

/** The operations of each session that happened, as far as is known. */
export function sessionsOf(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  return [
    ...Map.groupBy(
      operations.filter(({ outcome }) => outcome === 'ok'),
      ({ session }) => session,
    ).values(),
  ];
}

/** An entry of a map, made when it is asked for first. */
export function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Of all that had ended before a moment, the one that began last. */
export function lastBegunByEnd(writes: readonly Operation[]): (moment: number) => Operation | null {
  const byEnd = writes.toSorted((a, b) => a.end - b.end);
  const last: Operation[] = [];
  for (const write of byEnd) {
    const before = last.at(-1);
    last.push(before !== undefined && before.start > write.start ? before : write);
  }
  return (moment) => last[countBefore(byEnd.length, (i) => byEnd[i]!.end >= moment) - 1] ?? null;
}
