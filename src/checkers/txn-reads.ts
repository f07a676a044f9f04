import type { Operation } from '../history/operation.ts';
import { textOf, type Value } from '../history/value.ts';
import { violated, type Finding } from './checker.ts';
import { elementsOf, type Subject } from './subject.ts';
import { isSame, type TransactionLists } from './txn-lists.ts';
import { nameOf, ofKey } from './words.ts';

/** G1b: a list ends with an element after which its writer appended more in the same transaction. */
export function intermediateRead({ lists }: TransactionLists): Finding | null {
  for (const { key, reads, writers, lastOf } of lists) {
    for (const { reader, elements } of reads) {
      const last = elements.at(-1);
      const writer = last === undefined ? undefined : writers.get(textOf(last));
      if (writer === undefined || writer === reader || lastOf.get(writer) === textOf(last!)) continue;
      return violated(
        'G1b, intermediate read',
        [
          `${nameOf(reader)} read ${textOf(last!)}${ofKey(key)} as the last element, and ${nameOf(writer)}, which appended it, went on to append ${lastOf.get(writer)}`,
        ],
        [reader, writer],
      );
    }
  }
  return null;
}

/** A transaction that does not see what itself read or appended before. */
export function internalAnomaly({ operations, steps }: Subject): Finding | null {
  for (const operation of operations) {
    if (operation.outcome !== 'ok') continue;
    const found = internalIn(operation, steps[operation.id]!);
    if (found !== null) return found;
  }
  return null;
}

function internalIn(operation: Operation, steps: Subject['steps'][number]): Finding | null {
  /** What the list must be, or how it must end when it has not been read yet. */
  const known = new Map<string, { readonly whole: boolean; readonly elements: readonly Value[] }>();
  for (const { kind, key, value } of steps) {
    const before = known.get(key) ?? { whole: false, elements: [] };
    if (kind !== 'read') {
      known.set(key, { whole: before.whole, elements: [...before.elements, value] });
      continue;
    }
    const elements = elementsOf(value);
    const shift = elements.length - before.elements.length;
    const fits =
      (before.whole ? shift === 0 : shift >= 0) &&
      before.elements.every((element, i) => isSame(element, elements[i + shift]!));
    if (!fits) {
      const expected = `${before.whole ? '' : '… '}${before.elements.map(textOf).join(' ')}`;
      return violated(
        'internal',
        [`${nameOf(operation)} reads a list${ofKey(key)} that by its own steps before must be [${expected}]`],
        [operation],
      );
    }
    known.set(key, { whole: true, elements });
  }
  return null;
}

/**
 * Two transactions read the same version of a list and both appended to it. Whichever came first, the other
 * did not see it: under snapshot isolation one of them aborts (Berenson et al. 1995, P4).
 */
export function lostUpdate({ lists }: TransactionLists): Finding | null {
  for (const { key, reads, lastOf } of lists) {
    const updates = new Map<number, Operation>();
    for (const { reader, elements, others } of reads) {
      // Its first read, before what it appended itself.
      if (others !== elements.length || !lastOf.has(reader)) continue;
      const other = updates.get(others);
      if (other !== undefined && other !== reader) {
        return violated(
          'lost update',
          [
            `${nameOf(other)} and ${nameOf(reader)} read the same version${ofKey(key)}, of ${others} elements, and both appended to it`,
          ],
          [other, reader],
        );
      }
      updates.set(others, reader);
    }
  }
  return null;
}
