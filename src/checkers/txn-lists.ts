import type { Operation } from '../history/operation.ts';
import { textOf, type Value } from '../history/value.ts';
import { violated, type Finding } from './checker.ts';
import { elementsOf, type Subject } from './subject.ts';
import { entry } from './sweep.ts';
import { nameOf, ofKey } from './words.ts';

/** A read of a list by a transaction that is known to have happened. */
export interface ListRead {
  readonly reader: Operation;
  readonly elements: readonly Value[];
  /** How many of them were there before the reader's own appends. */
  readonly others: number;
}

/** One list, as Elle sees it: the longest read is the order of its versions. */
export interface ListHistory {
  readonly key: string;
  readonly order: readonly Value[];
  /** By the text of an element: who appended it. */
  readonly writers: ReadonlyMap<string, Operation>;
  /** Of each writer, the last element it appended. */
  readonly lastOf: ReadonlyMap<Operation, string>;
  readonly reads: readonly ListRead[];
  /** Who appended what no read shows, and is known to have happened. */
  readonly unseen: readonly Operation[];
}

export interface TransactionLists {
  readonly lists: readonly ListHistory[];
  /** Those known to have happened: `ok`, or something they appended was read. In order of invocation. */
  readonly committed: readonly Operation[];
}

/** Null: an element was appended twice, so that reads do not say whose they saw. */
export function listsOf({ operations, steps }: Subject): TransactionLists | Finding | null {
  const writers = new Map<string, Map<string, Operation>>();
  const lastOf = new Map<string, Map<Operation, string>>();
  const reads = new Map<string, ListRead[]>();
  for (const operation of operations) {
    if (operation.outcome === 'fail') continue;
    const own = new Map<string, Set<string>>();
    for (const { kind, key, value } of steps[operation.id]!) {
      if (kind === 'read') {
        const elements = elementsOf(value);
        let others = elements.length;
        while (others > 0 && own.get(key)?.has(textOf(elements[others - 1]!)) === true) others -= 1;
        entry(reads, key, () => []).push({ reader: operation, elements, others });
        continue;
      }
      const text = textOf(value);
      const known = entry(writers, key, () => new Map<string, Operation>());
      if (known.has(text)) return null;
      known.set(text, operation);
      entry(lastOf, key, () => new Map<Operation, string>()).set(operation, text);
      entry(own, key, () => new Set<string>()).add(text);
    }
  }
  const seen = new Set<Operation>();
  const orders = new Map<string, readonly Value[]>();
  for (const [key, all] of reads) {
    const longest = all.reduce((most, one) => (one.elements.length > most.elements.length ? one : most));
    const bad = disorder(key, longest, all);
    if (bad !== null) return bad;
    orders.set(key, longest.elements);
    for (const element of longest.elements) {
      const writer = writers.get(key)?.get(textOf(element));
      if (writer !== undefined) seen.add(writer);
    }
  }
  const committed = operations.filter(
    (operation) => operation.outcome === 'ok' || (operation.outcome === 'info' && seen.has(operation)),
  );
  const happened = new Set(committed);
  const lists = [...new Set([...writers.keys(), ...reads.keys()])].map((key): ListHistory => {
    const order = orders.get(key) ?? [];
    const shown = new Set(order.map(textOf));
    const appended = writers.get(key) ?? new Map<string, Operation>();
    const showing = new Set([...shown].map((text) => appended.get(text)));
    const unseen = [...appended].filter(([text, writer]) => !shown.has(text) && happened.has(writer));
    return {
      key,
      order,
      writers: appended,
      lastOf: lastOf.get(key) ?? new Map(),
      reads: reads.get(key) ?? [],
      // One of whom some appends are shown and some are not was read half way: G1b says so.
      unseen: [...new Set(unseen.map(([, writer]) => writer))].filter((writer) => !showing.has(writer)),
    };
  });
  return { lists, committed };
}

/** Every list must be a beginning of the longest one, and that one shows nothing twice. */
function disorder(key: string, longest: ListRead, reads: readonly ListRead[]): Finding | null {
  const order = longest.elements;
  const first = new Map<string, number>();
  for (const [i, element] of order.entries()) {
    const text = textOf(element);
    if (first.has(text)) {
      return violated(
        'duplicate element',
        [`${nameOf(longest.reader)} shows ${text}${ofKey(key)} twice`],
        [longest.reader],
      );
    }
    first.set(text, i);
  }
  for (const { reader, elements } of reads) {
    const at = elements.findIndex((element, i) => !isSame(element, order[i]!));
    if (at < 0) continue;
    return violated(
      'incompatible order',
      [
        `${nameOf(reader)} has ${textOf(elements[at]!)} as element ${at + 1}${ofKey(key)}, and ${nameOf(longest.reader)} has ${textOf(order[at]!)} there; a list that only grows has one order`,
      ],
      [reader, longest.reader],
    );
  }
  return null;
}

export function isSame(a: Value, b: Value): boolean {
  return a === b || (typeof a === 'object' && textOf(a) === textOf(b));
}
