import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { violated, type Checker, type Finding } from './checker.ts';
import { neverWritten } from './provenance.ts';
import { countBefore } from './sorted.ts';
import { byKey, elementsOf, type Subject, type Taken } from './subject.ts';
import { entry } from './sweep.ts';
import { Versions } from './versions.ts';
import { keyIs, nameOf, ofKey } from './words.ts';

export const lostUpdates: Checker = {
  name: 'lost-updates',
  claim:
    'No two operations read the same version of a key and both changed it (of a counter: no read is less than what was acknowledged before it, or more than what was attempted).',
  source: 'Berenson et al., A Critique of ANSI SQL Isolation Levels, 1995 (P4); Jepsen’s counter checker',
  takes: ['register', 'cas-register', 'counter', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'operations that read a key and changed it, or reads of a counter' },
  check(subject) {
    return subject.kind === 'counter'
      ? checkCounters(subject)
      : (neverWritten(subject) ?? checkUpdates(subject));
  },
};

/** An operation that changed what it had read: by which version. */
interface Update {
  readonly key: string;
  readonly version: string;
  readonly words: string;
}

function checkUpdates(subject: Subject): Finding {
  const versions = new Versions(subject);
  const first = new Map<string, Map<string, Operation>>();
  let seen = 0;
  for (const operation of subject.operations) {
    if (operation.outcome !== 'ok') continue;
    for (const { key, version, words } of updatesOf(subject, operation, versions)) {
      seen += 1;
      const before = entry(
        entry(first, key, () => new Map<string, Operation>()),
        version,
        () => operation,
      );
      if (before === operation) continue;
      return violated(
        'lost update',
        [`${nameOf(before)} and ${nameOf(operation)} both found ${words}, and both changed it`],
        [before, operation],
      );
    }
  }
  return { verdict: 'valid', seen };
}

/** Of each key that it read before it changed it; of a register only values that came once. */
function updatesOf({ steps, kind }: Subject, operation: Operation, versions: Versions): readonly Update[] {
  const read = new Map<string, Update>();
  const changed = new Map<string, Update>();
  for (const step of steps[operation.id]!) {
    const { key } = step;
    const shown = step.kind === 'read' ? step.value : step.kind === 'cas' ? step.from : undefined;
    if (shown !== undefined && !read.has(key) && !changed.has(key)) {
      const elements = kind === 'list' ? elementsOf(shown).map(textOf) : [];
      const { writers, from } = versions.of(key, shown);
      const isOne = kind === 'list' || writers.length === (from === -1 ? 0 : 1);
      const words =
        kind === 'list' ? `the list${ofKey(key)} with ${elements.length} elements` : keyIs(key, shown);
      const version = kind === 'list' ? elements.join(' ') : textOf(shown);
      if (isOne) read.set(key, { key, version, words });
    }
    const before = read.get(key);
    if (step.kind !== 'read' && before !== undefined) changed.set(key, before);
    // Written before it was read: what it read was its own.
    else if (step.kind !== 'read') read.delete(key);
  }
  return [...changed.values()];
}

function checkCounters(subject: Subject): Finding {
  let seen = 0;
  const initial = typeof subject.initial === 'number' ? subject.initial : 0;
  for (const [key, taken] of byKey(subject)) {
    const adds = taken.filter(({ step }) => step.kind === 'add');
    const bounds = boundsOf(adds, initial);
    for (const { operation, step } of taken) {
      if (step.kind !== 'read') continue;
      const value = (step.value as number | null) ?? 0;
      const { low, high, ended } = bounds(operation);
      if (ended > 0) seen += 1;
      if (value >= low && value <= high) continue;
      const last = adds.findLast(({ operation: add }) => add.outcome === 'ok' && add.end < operation.start);
      const why =
        value < low
          ? `at least ${low} had been acknowledged${ofKey(key)} before it began`
          : `at most ${high} had been attempted${ofKey(key)} before it ended`;
      return violated(
        value < low ? 'lost update' : 'more than was added',
        [`${nameOf(operation)} is ${value < low ? 'too little' : 'too much'}: ${why}`],
        [...(last === undefined ? [] : [last.operation]), operation],
      );
    }
  }
  return { verdict: 'valid', seen };
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  /** How many additions had ended. */
  readonly ended: number;
}

/** What was acknowledged before a read counts, what was begun before it ended may: the sign says for which bound. */
function boundsOf(adds: readonly Taken[], initial: number): (read: Operation) => Bounds {
  const acknowledged = adds
    .filter(({ operation }) => operation.outcome === 'ok')
    .toSorted((a, b) => a.operation.end - b.operation.end);
  const begun = adds.toSorted((a, b) => a.operation.start - b.operation.start);
  const sums = (list: readonly Taken[], sign: number): readonly number[] => {
    let sum = 0;
    return list.map(
      ({ step }) => (sum += Math.sign(step.value as number) === sign ? (step.value as number) : 0),
    );
  };
  const sure = { plus: sums(acknowledged, 1), minus: sums(acknowledged, -1) };
  const perhaps = { plus: sums(begun, 1), minus: sums(begun, -1) };
  return (read) => {
    const ended = countBefore(acknowledged.length, (i) => acknowledged[i]!.operation.end >= read.start);
    const started = countBefore(begun.length, (i) => begun[i]!.operation.start >= read.end);
    const at = (list: readonly number[], count: number): number => list[count - 1] ?? 0;
    return {
      low: initial + at(sure.plus, ended) + at(perhaps.minus, started),
      high: initial + at(perhaps.plus, started) + at(sure.minus, ended),
      ended,
    };
  };
}
