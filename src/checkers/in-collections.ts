import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { timeIsUp, unknown, violated, type Finding, type OutOfTime } from './checker.ts';
import { elementsOf, type Subject } from './subject.ts';
import { countBefore } from './sorted.ts';
import { entry } from './sweep.ts';
import { nameOf } from './words.ts';

/** An element that was added or appended; when several operations wrote it, it says nothing and is left out. */
export interface Element {
  readonly text: string;
  readonly write: Operation;
}

/** What one read of a set or a list shows. */
interface View {
  readonly read: Operation;
  /** By element, its place in it. */
  readonly places: ReadonlyMap<string, number>;
  /** Those whose write is known. */
  readonly elements: readonly Element[];
}

/**
 * Whatever shows an element that was begun after `moment` by `session` (null: by anybody) shows `earlier` too,
 * and in a list before it.
 */
export interface Demand {
  readonly earlier: Element;
  readonly moment: number;
  readonly session: string | null;
  /** As a sentence. */
  because(later: Element): string;
}

export interface KeyElements {
  readonly elements: readonly Element[];
  readonly views: readonly View[];
}

/** Sets and lists, read by read. */
export function checkInCollections(
  subject: Subject,
  demandsOf: (key: KeyElements) => readonly Demand[],
  outOfTime: OutOfTime,
): Finding {
  let seen = 0;
  for (const key of keysOf(subject)) {
    const demands = demandsOf(key);
    for (const view of key.views) {
      const laters = new Laters(view);
      let some = false;
      for (const demand of demands) {
        const later = laters.firstPlaced(demand);
        if (later === null) continue;
        some = true;
        const place = view.places.get(demand.earlier.text);
        const behind = subject.kind === 'list' && place !== undefined && place > view.places.get(later.text)!;
        if (place === undefined || behind) return hole(view, demand, later, behind);
        if (outOfTime()) return unknown(timeIsUp);
      }
      if (some) seen += 1;
    }
  }
  return { verdict: 'valid', seen };
}

/** The elements of a view by when their writes began, of each session and of all. */
class Laters {
  readonly #view: View;
  readonly #groups = new Map<
    string | null,
    { readonly starts: readonly number[]; readonly first: readonly Element[] }
  >();
  readonly #bySession: ReadonlyMap<string, readonly Element[]>;

  constructor(view: View) {
    this.#view = view;
    this.#bySession = Map.groupBy(view.elements, ({ write }) => write.session);
  }

  /** Of those the demand is about, the one with the first place. */
  firstPlaced({ moment, session }: Demand): Element | null {
    const { starts, first } = entry(this.#groups, session, () => this.#group(session));
    return first[countBefore(starts.length, (i) => starts[i]! > moment)] ?? null;
  }

  #group(session: string | null): { readonly starts: readonly number[]; readonly first: readonly Element[] } {
    const elements = session === null ? this.#view.elements : (this.#bySession.get(session) ?? []);
    const byStart = elements.toSorted((a, b) => a.write.start - b.write.start);
    const first = [...byStart];
    for (let i = first.length - 2; i >= 0; i -= 1) {
      const [here, next] = [first[i]!, first[i + 1]!];
      if (this.#view.places.get(next.text)! < this.#view.places.get(here.text)!) first[i] = next;
    }
    return { starts: byStart.map(({ write }) => write.start), first };
  }
}

function hole({ read }: View, { earlier, because }: Demand, later: Element, behind: boolean): Finding {
  return violated(
    null,
    [
      `${nameOf(read)} shows ${later.text}${behind ? ` before ${earlier.text}` : `, and not ${earlier.text}`}`,
      because(later),
    ],
    [earlier.write, later.write, read],
  );
}

function keysOf({ operations, steps }: Subject): readonly KeyElements[] {
  const writes = new Map<string, Map<string, Element | null>>();
  const reads = new Map<string, { readonly read: Operation; readonly texts: readonly string[] }[]>();
  for (const operation of operations) {
    if (operation.outcome === 'fail') continue;
    for (const { kind, key, value } of steps[operation.id]!) {
      if (kind === 'read') {
        entry(reads, key, () => []).push({ read: operation, texts: elementsOf(value).map(textOf) });
        continue;
      }
      const text = textOf(value);
      const elements = entry(writes, key, () => new Map<string, Element | null>());
      elements.set(text, elements.has(text) ? null : { text, write: operation });
    }
  }
  return [...reads].map(([key, views]): KeyElements => {
    const known = [...(writes.get(key)?.values() ?? [])].filter((element) => element !== null);
    const byText = new Map(known.map((element) => [element.text, element]));
    return {
      elements: known,
      views: views.map(({ read, texts }) => ({
        read,
        places: new Map(texts.map((text, i) => [text, i])),
        elements: texts.flatMap((text) => byText.get(text) ?? []),
      })),
    };
  });
}
