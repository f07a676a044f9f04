import { HistoryMistake } from '../history/mistake.ts';
import type { History, Operation } from '../history/operation.ts';
import { onlyKey, stepsOf, type Step, type StepKind } from '../history/steps.ts';
import { isList, printValue, type Value } from '../history/value.ts';

export const kinds = ['register', 'cas-register', 'counter', 'set', 'list'] as const;

/** What a key is, by what is done to it. A list may be appended to and read in transactions, as Elle's is. */
export type Kind = (typeof kinds)[number];

/** A history as checkers see it: what each operation does, and to what. */
export interface Subject {
  readonly kind: Kind;
  readonly operations: readonly Operation[];
  /** By the operation's id. */
  readonly steps: readonly (readonly Step[])[];
  /** Some operation has more than one step. */
  readonly transactional: boolean;
  /** What a register holds before anything is written. */
  readonly initial: Value;
  /** Every node there is: those the header names, else those that answered. */
  readonly nodes: readonly string[];
}

export interface SubjectOptions {
  readonly kind?: Kind;
  readonly initial?: Value;
}

const stepKinds: Readonly<Record<Kind, readonly StepKind[]>> = {
  register: ['read', 'write'],
  'cas-register': ['read', 'write', 'cas'],
  counter: ['read', 'add'],
  set: ['read', 'add'],
  list: ['read', 'append'],
};

/** Throws HistoryMistake: a step or a value that the kind does not have. */
export function subjectOf(history: History, options: SubjectOptions = {}): Subject {
  const { operations, header } = history;
  const steps = operations.map(stepsOf);
  const kind = options.kind ?? guessKind(steps.flat());
  operations.forEach(({ line }, i) => {
    for (const step of steps[i]!) requireStep(step, kind, line);
  });
  const answered = operations.flatMap(({ node }) => (node === null ? [] : [node]));
  return {
    kind,
    operations,
    steps,
    transactional: operations.some(({ f }, i) => f === 'txn' && steps[i]!.length !== 1),
    initial: options.initial !== undefined ? options.initial : (header.initial ?? null),
    nodes: header.nodes ?? [...new Set(answered)].toSorted(),
  };
}

function guessKind(steps: readonly Step[]): Kind {
  const seen = new Set(steps.map(({ kind }) => kind));
  if (seen.has('append')) return 'list';
  if (seen.has('cas')) return 'cas-register';
  if (!seen.has('add')) return 'register';
  const reads = steps.filter(({ kind, value }) => kind === 'read' && value !== null);
  return reads.length > 0 && reads.every(({ value }) => typeof value === 'number') ? 'counter' : 'set';
}

function requireStep({ kind: step, key, value }: Step, kind: Kind, line: number): void {
  if (!stepKinds[kind].includes(step)) {
    const expected = stepKinds[kind].join(' or ');
    const which = key === onlyKey ? '' : `; all keys are checked as one kind, and this is done to ${key}`;
    throw new HistoryMistake(line, `a ${kind} has no ${step}; expected ${expected}${which}`);
  }
  const isNumber = typeof value === 'number' || (step === 'read' && value === null);
  if (kind === 'counter' && !isNumber) {
    throw new HistoryMistake(line, `${step} of ${printValue(value)} on a counter; expected a number`);
  }
  if ((kind === 'set' || kind === 'list') && step === 'read' && value !== null && !isList(value)) {
    throw new HistoryMistake(line, `a read of ${printValue(value)} from a ${kind}; expected a list`);
  }
}

/** A step and the operation that takes it. */
export interface Taken<S extends Step = Step> {
  readonly operation: Operation;
  readonly step: S;
}

/** By key, in order of invocation; what failed did not happen and is not here. */
export function byKey(subject: Subject): ReadonlyMap<string, readonly Taken[]> {
  const keys = new Map<string, Taken[]>();
  for (const operation of subject.operations) {
    if (operation.outcome === 'fail') continue;
    for (const step of subject.steps[operation.id]!) {
      const list = keys.get(step.key);
      if (list === undefined) keys.set(step.key, [{ operation, step }]);
      else list.push({ operation, step });
    }
  }
  return keys;
}

/** What a read of a set or a list shows; one that was never written reads as nil. */
export function elementsOf(value: Value): readonly Value[] {
  return value === null ? [] : (value as readonly Value[]);
}
