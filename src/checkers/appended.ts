import type { Operation } from '../history/operation.ts';
import { textOf, type Value } from '../history/value.ts';
import type { Witness } from './checker.ts';
import { elementsOf, type Taken } from './subject.ts';
import { nameOf, ofKey } from './words.ts';

interface Placed {
  readonly operation: Operation;
  /** How many elements the list has when it takes effect. */
  readonly place: number;
}

/**
 * One list whose appended elements are all different: the longest read is the order of the appends, and a read
 * shows how many had happened. So each operation has its place, and the list is linearizable if and only if
 * all reads are beginnings of the longest one, and none ended before another with an earlier place began. What
 * is appended and not in it comes after all of it. O(n log n) beside reading the elements.
 *
 * Answers with the contradiction, or null: linearizable. The elements must be unique: see `hasUniqueAppends`.
 */
export function listContradiction(taken: readonly Taken[]): Witness | null {
  const reads = taken.filter(({ step }) => step.kind === 'read');
  const appends = new Map(
    taken.flatMap(({ operation, step }) => (step.kind === 'append' ? [[textOf(step.value), operation]] : [])),
  );
  const longest = longestRead(reads);
  const order = longest === null ? [] : elementsOf(longest.step.value).map(textOf);
  const twice = firstRepeated(order);
  if (twice !== undefined && longest !== null) return repeated(longest.operation, twice, appends.get(twice));
  for (const { operation, step } of reads) {
    const seen = elementsOf(step.value);
    const at = seen.findIndex((element, i) => textOf(element) !== order[i]);
    if (at >= 0) {
      return {
        anomaly: 'incompatible order',
        why: [
          `${nameOf(operation)} has ${show(seen[at]!)} as element ${at + 1}, where ${nameOf(longest!.operation)} has another; a list that only grows has one order`,
        ],
        operations: [operation, longest!.operation],
      };
    }
  }
  return orderContradiction(placeAll(reads, appends, order), taken[0]?.step.key ?? '');
}

export function firstRepeated(texts: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return texts.find((text) => seen.size === seen.add(text).size);
}

function repeated(read: Operation, element: string, append: Operation | undefined): Witness {
  return {
    anomaly: 'duplicate element',
    why: [`${nameOf(read)} shows ${element} more than once, and it was appended once`],
    operations: append === undefined ? [read] : [read, append],
  };
}

/** Every element appended once, none of them there before, and nothing but reads and appends. */
export function hasUniqueAppends(taken: readonly Taken[]): boolean {
  const seen = new Set<string>();
  return taken.every(({ step }) => {
    if (step.kind !== 'append') return step.kind === 'read';
    const text = textOf(step.value);
    const fresh = !seen.has(text);
    seen.add(text);
    return fresh;
  });
}

function longestRead(reads: readonly Taken[]): Taken | null {
  let longest: Taken | null = null;
  let length = -1;
  for (const read of reads) {
    const size = elementsOf(read.step.value).length;
    if (size > length) [longest, length] = [read, size];
  }
  return longest;
}

/** An unknown append that nobody saw need not have happened. */
function placeAll(
  reads: readonly Taken[],
  appends: ReadonlyMap<string, Operation>,
  order: readonly string[],
): readonly Placed[] {
  const rank = new Map(order.map((element, i) => [element, i + 1]));
  const placed: Placed[] = [];
  // Appends first: a read comes after the append of the last element it shows.
  for (const [element, operation] of appends) {
    const place = rank.get(element);
    if (place !== undefined) placed.push({ operation, place: place - 0.5 });
    else if (operation.outcome === 'ok') placed.push({ operation, place: order.length + 1 });
  }
  for (const { operation, step } of reads) placed.push({ operation, place: elementsOf(step.value).length });
  return placed;
}

/** Walks through real time with the greatest place of all that has ended. */
function orderContradiction(placed: readonly Placed[], key: string): Witness | null {
  const byStart = placed.toSorted((a, b) => a.operation.start - b.operation.start);
  const byEnd = placed.toSorted((a, b) => a.operation.end - b.operation.end);
  let ended = 0;
  let greatest: Placed | null = null;
  for (const one of byStart) {
    while (ended < byEnd.length && byEnd[ended]!.operation.end < one.operation.start) {
      const other = byEnd[ended]!;
      if (greatest === null || other.place > greatest.place) greatest = other;
      ended += 1;
    }
    if (greatest !== null && greatest.place > one.place) return backwards(greatest, one, placed, key);
  }
  return null;
}

function backwards(later: Placed, earlier: Placed, placed: readonly Placed[], key: string): Witness {
  const when = `although ${nameOf(later.operation)} had ended before it began`;
  const isRead = Number.isInteger(earlier.place) && earlier.operation.f !== 'append';
  const seer = placed.find(({ operation, place }) => operation.f !== 'append' && place > earlier.place);
  const operations = [later.operation, earlier.operation, ...(seer === undefined ? [] : [seer.operation])];
  return {
    anomaly: isRead ? 'stale read' : null,
    why: [
      isRead
        ? `${nameOf(earlier.operation)} shows the list${ofKey(key)} with ${earlier.place} elements, ${when}, which comes later in it`
        : `${nameOf(earlier.operation)} comes earlier in the list${ofKey(key)} than ${nameOf(later.operation)}, ${when}`,
    ],
    operations,
  };
}

function show(element: Value): string {
  return textOf(element);
}
