import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { timeIsUp, unknown, violated, type Checker, type Figures, type OutOfTime } from './checker.ts';
import { isCollection } from './provenance.ts';
import { countBefore } from './sorted.ts';
import { elementsOf, type Subject } from './subject.ts';
import { Tree } from './tree.ts';
import { shownBy, Versions } from './versions.ts';
import { nameOf } from './words.ts';

export const staleness: Checker = {
  name: 'staleness',
  claim: 'No read misses a write that had been acknowledged before it began.',
  source:
    'Golab et al., Client-centric Benchmarking of Eventual Consistency, 2014 (k and Δ); Bailis et al., Probabilistically Bounded Staleness, 2012 (time until visible)',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'reads after an acknowledged write of the key' },
  check(subject, outOfTime) {
    const looks = looksOf(subject, outOfTime);
    if (looks === null) return unknown(timeIsUp);
    const figures = figuresOf(looks);
    let worst: Look | null = null;
    for (const one of looks) if (one.missed > (worst?.missed ?? 0)) worst = one;
    if (worst === null) return { verdict: 'valid', seen: looks.length, figures };
    const { read, missed, first, ms } = worst;
    const age = ms === null ? '' : `, the first of them for ${Math.round(ms)} ms`;
    const words = `${nameOf(read)} missed ${missed === 1 ? 'a write' : `${missed} writes`} acknowledged before it began${age}: ${nameOf(first!)}`;
    return { ...violated('stale read', [words], [first!, read]), figures };
  },
};

/** A read that could have missed something: how many acknowledged writes it did, and the first of them to end. */
export interface Look {
  readonly read: Operation;
  readonly missed: number;
  readonly first: Operation | null;
  /** From that one's end to the read's beginning; null: it missed nothing, or times are not known. */
  readonly ms: number | null;
}

/** Every read that could have missed a write; null: out of time. */
export function looksOf(subject: Subject, outOfTime: OutOfTime): readonly Look[] | null {
  return isCollection(subject.kind) ? inCollections(subject, outOfTime) : inRegisters(subject, outOfTime);
}

function look(read: Operation, missed: number, first: Operation | null): Look {
  const known = first !== null && first.endMs !== null && read.startMs !== null;
  return { read, missed, first, ms: known ? Math.max(0, read.startMs - first.endMs) : null };
}

/** A lower bound: what is concurrent is never counted. Key by key, in real time. */
function inRegisters(subject: Subject, outOfTime: OutOfTime): readonly Look[] | null {
  const versions = new Versions(subject);
  const looks: Look[] = [];
  for (const [key, reads] of readsByKey(subject)) {
    const byEnd = versions.acknowledged(key).toSorted((a, b) => a.end - b.end);
    // Those that began after a version's last moment are newer than it.
    const ended = new Tree(byEnd.map(({ start }) => start));
    let next = 0;
    for (const { operation, value } of reads.toSorted((a, b) => a.operation.start - b.operation.start)) {
      if (outOfTime()) return null;
      for (; next < byEnd.length && byEnd[next]!.end < operation.start; next += 1) {
        ended.add(byEnd[next]!.start, next);
      }
      if (next === 0) continue;
      const { count, least } = ended.after(versions.of(key, value).until);
      looks.push(look(operation, count, count === 0 ? null : byEnd[least]!));
    }
  }
  return looks;
}

function inCollections(subject: Subject, outOfTime: OutOfTime): readonly Look[] | null {
  const looks: Look[] = [];
  const versions = new Versions(subject);
  for (const [key, reads] of readsByKey(subject)) {
    const writes = [...new Set(versions.acknowledged(key))].toSorted((a, b) => a.end - b.end);
    const added = writes.map(({ id }) =>
      subject.steps[id]!.flatMap((step) =>
        step.key === key && step.kind !== 'read' ? [textOf(step.value)] : [],
      ),
    );
    for (const { operation, value } of reads) {
      if (outOfTime()) return null;
      const due = countBefore(writes.length, (i) => writes[i]!.end >= operation.start);
      if (due === 0) continue;
      const shown = new Set(elementsOf(value).map(textOf));
      let missed = 0;
      let first: Operation | null = null;
      for (let i = 0; i < due; i += 1) {
        if (added[i]!.every((text) => shown.has(text))) continue;
        missed += 1;
        first ??= writes[i]!;
      }
      looks.push(look(operation, missed, first));
    }
  }
  return looks;
}

function readsByKey({ operations, steps }: Subject) {
  const reads = operations.flatMap((operation) => {
    if (operation.outcome !== 'ok') return [];
    return steps[operation.id]!.flatMap((step) => {
      const value = shownBy(step);
      return value === undefined ? [] : [{ operation, key: step.key, value }];
    });
  });
  return Map.groupBy(reads, ({ key }) => key);
}

/**
 * `versionsMax` is k; `staleMs…` is t: of the reads that missed something, how long it had been acknowledged.
 * So `visibleMs`, the greatest of them, is how long it took until every write was seen by all that came later.
 */
function figuresOf(looks: readonly Look[]): Figures {
  const stale = looks.filter(({ missed }) => missed > 0);
  const ages = stale.flatMap(({ ms }) => (ms === null ? [] : [ms])).toSorted((a, b) => a - b);
  const at = (share: number): number | null =>
    ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? null;
  const timed = looks.some(({ read }) => read.startMs !== null);
  return {
    reads: looks.length,
    stale: stale.length,
    versionsMax: stale.reduce((most, { missed }) => Math.max(most, missed), 0),
    staleMsMedian: at(0.5),
    staleMsP99: at(0.99),
    visibleMs: timed ? (at(1) ?? 0) : null,
  };
}
