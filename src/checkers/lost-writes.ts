import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { firstRepeated } from './appended.ts';
import { unknown, violated, type Checker, type Finding } from './checker.ts';
import { isCollection, neverWritten } from './provenance.ts';
import { countBefore } from './sorted.ts';
import { byKey, elementsOf, type Taken } from './subject.ts';
import { Versions } from './versions.ts';
import { keyIs, nameOf, ofKey } from './words.ts';

export const lostWrites: Checker = {
  name: 'lost-writes',
  claim:
    'In the end every acknowledged write is there, once, and nothing that was not written (of a register: what is there in the end is not older than any acknowledged write).',
  source: 'Jepsen’s set, set-full and total-queue checkers; their words for what became of an element',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'acknowledged writes with a read after them' },
  check(subject) {
    const stray = neverWritten(subject);
    if (stray !== null) return stray;
    const versions = new Versions(subject);
    const collections = isCollection(subject.kind);
    const tallies = [...byKey(subject)].map(([key, taken]) =>
      collections ? tallyOf(key, taken) : registerTally(key, taken, versions),
    );
    const figures = sum(collections ? zero : zeroOfRegister, tallies);
    const lost = tallies.find(({ finding }) => finding !== null)?.finding;
    if (lost !== undefined && lost !== null) return { ...lost, figures };
    if (figures.neverRead > 0) {
      const reason = collections
        ? `${figures.neverRead} of ${figures.acknowledged} acknowledged writes were never read afterwards`
        : 'of some key no read is final, or came after its last write had ended: what is there in the end is not known';
      return { ...unknown(reason), figures };
    }
    return { verdict: 'valid', seen: figures.acknowledged, figures };
  },
};

/**
 * `survivors`: acknowledged and there in the end. `recovered`: unknown, and there all the same. `stale`: missing
 * from a read, and there again later. `neverRead`: nobody looked after it was acknowledged.
 */
const zero = {
  total: 0,
  acknowledged: 0,
  survivors: 0,
  lost: 0,
  recovered: 0,
  duplicated: 0,
  stale: 0,
  neverRead: 0,
};

/** What a register that is overwritten has of them. */
const zeroOfRegister = { total: 0, acknowledged: 0, lost: 0, neverRead: 0 };

type Tally = {
  readonly figures: Counts;
  readonly finding: Finding | null;
};

type Counts = typeof zeroOfRegister & Readonly<Record<string, number>>;

function sum(none: Counts, all: readonly Tally[]): Counts {
  const total: Record<string, number> = { ...none };
  for (const { figures } of all) {
    for (const [name, count] of Object.entries(figures)) total[name] = (total[name] ?? 0) + count;
  }
  return total as Counts;
}

/** What reads of a set or list show of one element. */
interface Seen {
  /** The first read to end that shows it, and the last one to. */
  readonly first: Operation;
  readonly last: Operation;
}

function tallyOf(key: string, taken: readonly Taken[]): Tally {
  const all = taken.filter(({ step }) => step.kind === 'read');
  const marked = all.filter(({ operation }) => operation.final);
  const reads = (marked.length > 0 ? marked : all).map(({ operation, step }) => ({
    read: operation,
    texts: elementsOf(step.value).map(textOf),
  }));
  const figures = { ...zero };
  let finding: Finding | null = null;
  for (const { read, texts } of reads) {
    const twice = firstRepeated(texts);
    if (twice === undefined) continue;
    figures.duplicated += 1;
    finding ??= violated('duplicate element', [`${nameOf(read)} shows ${twice} more than once`], [read]);
  }
  const fates = new Fates(reads);
  const writes = Map.groupBy(
    taken.filter(({ step }) => step.kind !== 'read'),
    ({ step }) => textOf(step.value),
  );
  for (const [element, attempts] of writes) {
    const write = attempts.find(({ operation }) => operation.outcome === 'ok')?.operation;
    const shown = fates.seen.get(element);
    figures.total += 1;
    if (write === undefined) {
      if (shown !== undefined) figures.recovered += 1;
      continue;
    }
    figures.acknowledged += 1;
    const fate = marked.length > 0 ? fates.inTheEnd(write, shown) : fates.overTime(write, shown, element);
    figures[fate] += 1;
    if (fate === 'stale') figures.survivors += 1;
    if (fate === 'lost') finding ??= lostElement(key, element, write, shown, fates.lastRead!);
  }
  return { figures, finding };
}

type Fate = 'survivors' | 'lost' | 'stale' | 'neverRead';

class Fates {
  readonly seen: ReadonlyMap<string, Seen>;
  readonly lastRead: Operation | null;
  readonly #starts: readonly number[];
  /** By element: the places where reads that show it began, in order. */
  readonly #shownAt = new Map<string, number[]>();

  constructor(reads: readonly { readonly read: Operation; readonly texts: readonly string[] }[]) {
    const seen = new Map<string, Seen>();
    const byStart = reads.toSorted((a, b) => a.read.start - b.read.start);
    for (const { read, texts } of byStart) {
      for (const text of texts) {
        const known = seen.get(text) ?? { first: read, last: read };
        seen.set(text, {
          first: read.end < known.first.end ? read : known.first,
          last: read.end > known.last.end ? read : known.last,
        });
        const places = this.#shownAt.get(text);
        if (places === undefined) this.#shownAt.set(text, [read.start]);
        else places.push(read.start);
      }
    }
    this.seen = seen;
    this.lastRead = byStart.at(-1)?.read ?? null;
    this.#starts = byStart.map(({ read }) => read.start);
  }

  /** By reads that are marked as final: there in one of them, it is not lost, though nodes may differ. */
  inTheEnd(write: Operation, shown: Seen | undefined): Fate {
    if (shown !== undefined) return 'survivors';
    return this.lastRead !== null && this.lastRead.start > write.end ? 'lost' : 'neverRead';
  }

  /** As Jepsen's set-full: lost when a read misses it that began after it was known, and none shows it later. */
  overTime(write: Operation, shown: Seen | undefined, element: string): Fate {
    const known = Math.min(write.end, shown?.first.end ?? Infinity);
    const { lastRead } = this;
    if (lastRead === null || (shown === undefined && lastRead.start < known)) return 'neverRead';
    if (lastRead.start > Math.max(known, shown?.last.end ?? -1)) return 'lost';
    const showing = after(this.#shownAt.get(element) ?? [], known);
    return showing < after(this.#starts, known) ? 'stale' : 'survivors';
  }
}

function after(places: readonly number[], moment: number): number {
  return places.length - countBefore(places.length, (i) => places[i]! > moment);
}

function lostElement(
  key: string,
  element: string,
  write: Operation,
  shown: Seen | undefined,
  lastRead: Operation,
): Finding {
  const was = shown === undefined ? 'and no read shows it' : `${nameOf(shown.last)} still showed it`;
  return violated(
    'lost write',
    [
      `${element}${ofKey(key)} was acknowledged (${nameOf(write)}), ${was}; ${nameOf(lastRead)}, which began after that, does not`,
    ],
    [write, ...(shown === undefined ? [] : [shown.last]), lastRead],
  );
}

/** The end of a register: reads marked as final, else those that began after all its writes had ended. */
function registerTally(key: string, taken: readonly Taken[], versions: Versions): Tally {
  const writes = taken.filter(({ step }) => step.kind !== 'read').map(({ operation }) => operation);
  const acknowledged = writes.filter(({ outcome }) => outcome === 'ok');
  const reads = taken.filter(({ step }) => step.kind === 'read');
  const marked = reads.filter(({ operation }) => operation.final);
  const quiet = acknowledged.reduce((last, { end }) => Math.max(last, end), -1);
  const finals = marked.length > 0 ? marked : reads.filter(({ operation }) => operation.start > quiet);
  const figures = { ...zeroOfRegister, total: writes.length, acknowledged: acknowledged.length };
  if (acknowledged.length === 0) return { figures, finding: null };
  const last = finals
    .map(({ operation, step }) => ({ operation, version: versions.of(key, step.value) }))
    .toSorted((a, b) => b.version.until - a.version.until)[0];
  if (last === undefined) return { figures: { ...figures, neverRead: acknowledged.length }, finding: null };
  const { operation, version } = last;
  const lost = acknowledged.filter(({ start, end }) => version.until < start && end < operation.start);
  const [first] = lost;
  return {
    figures: { ...figures, lost: lost.length },
    finding:
      first === undefined
        ? null
        : violated(
            'lost write',
            [
              `in the end ${keyIs(key, version.value)} (${nameOf(operation)}), which is older than ${nameOf(first)}, and that was acknowledged`,
            ],
            [...version.writers, first, operation],
          ),
  };
}
