import { hasUniqueAppends, listContradiction } from './appended.ts';
import { timeIsUp, unknown, violated, type Checker, type OutOfTime, type Witness } from './checker.ts';
import { models } from './models.ts';
import { neverWritten } from './provenance.ts';
import { searchOrder } from './search.ts';
import { shrink } from './shrink.ts';
import { byKey, type Subject, type Taken } from './subject.ts';
import { withoutUnseen } from './unseen.ts';
import { listed, ofKey } from './words.ts';
import { hasUniqueWrites, zoneContradiction } from './zones.ts';

/**
 * Keys are decided one by one: a history is linearizable if and only if each of its objects is (Herlihy and
 * Wing, theorem 1). A key whose values are unique is decided at once; any other by search.
 */
export const linearizable: Checker = {
  name: 'linearizable',
  claim:
    'Every operation took effect at one moment between its beginning and its end, on one copy of each key.',
  source:
    'Herlihy and Wing 1990; Gibbons and Korach 1997 (unique values); Wing and Gong 1993, Lowe 2017 (any values)',
  takes: ['register', 'cas-register', 'counter', 'set', 'list'],
  transactions: false,
  minimum: { count: 1, of: 'reads of a key that was written' },
  check(subject, outOfTime) {
    const stray = neverWritten(subject);
    if (stray !== null) return stray;
    let seen = 0;
    let undecided: string | null = null;
    for (const taken of byKey(subject).values()) {
      const happened = withoutUnseen(taken, subject.kind, isUnknown);
      if (happened.some(({ step }) => step.kind !== 'read')) seen += happened.filter(isRead).length;
      const found = contradiction(happened, subject, outOfTime);
      if (typeof found === 'string') undecided ??= found;
      else if (found !== null) return violated(found.anomaly, found.why, found.operations);
    }
    return undecided === null ? { verdict: 'valid', seen } : unknown(undecided);
  },
};

/** Null: linearizable. A text: why it cannot be told. */
function contradiction(
  taken: readonly Taken[],
  { kind, initial, operations }: Subject,
  outOfTime: OutOfTime,
): Witness | string | null {
  if (taken.length === 0) return null;
  const isRegister = kind === 'register' || kind === 'cas-register';
  if (isRegister && hasUniqueWrites(taken, initial)) return zoneContradiction(taken, initial);
  if (kind === 'list' && initial === null && hasUniqueAppends(taken)) return listContradiction(taken);
  const answer = searchOrder(taken, models[kind], initial, outOfTime);
  if (answer === 'yes') return null;
  if (answer === 'out of time') return timeIsUp;
  if (answer === 'out of memory') return 'there are too many orders to try';
  const few = shrink(
    taken,
    kind,
    (some) => searchOrder(some, models[kind], initial, outOfTime) === 'no',
    outOfTime,
  );
  return {
    anomaly: null,
    why: [
      `no order of these ${few.length} operations${ofKey(few[0]!.step.key)} explains what they saw: ${listed(few.map(({ operation }) => operation))}`,
    ],
    // As they are in the history: shrinking took the ends from some.
    operations: few.map(({ operation }) => operations[operation.id]!),
  };
}

function isRead({ step }: Taken): boolean {
  return step.kind === 'read' || step.kind === 'cas';
}

function isUnknown({ operation }: Taken): boolean {
  return operation.outcome !== 'ok';
}
