import type { Step } from '../history/steps.ts';
import { isList, textOf, type Value } from '../history/value.ts';
import { elementsOf, type Kind } from './subject.ts';

/** States are texts or numbers: equal exactly when they are the same state. */
export type State = string | number;

/** One key as a state machine. */
export interface Model {
  initial(value: Value): State;
  /** The state after the step, or null: it could not have had this outcome in this state. */
  step(state: State, step: Step): State | null;
}

const register: Model = {
  initial: textOf,
  step(state, step) {
    if (step.kind === 'read') return textOf(step.value) === state ? state : null;
    if (step.kind === 'cas' && textOf(step.from) !== state) return null;
    return textOf(step.value);
  },
};

const counter: Model = {
  initial: (value) => (typeof value === 'number' ? value : 0),
  step(state, { kind, value }) {
    if (kind === 'read') return (value ?? 0) === state ? state : null;
    return (state as number) + (value as number);
  },
};

/** The elements as a sorted list. */
const set: Model = {
  initial: (value) => setText(elementsOf(isList(value) ? value : null).map(textOf)),
  step(state, { kind, value }) {
    if (kind === 'read') return setText(elementsOf(value).map(textOf)) === state ? state : null;
    return setText([...(JSON.parse(state as string) as string[]), textOf(value)]);
  },
};

function setText(elements: readonly string[]): string {
  return JSON.stringify([...new Set(elements)].toSorted());
}

const list: Model = {
  initial: (value) => textOf(isList(value) ? value : []),
  step(state, { kind, value }) {
    if (kind === 'read') return textOf(elementsOf(value)) === state ? state : null;
    const before = (state as string).slice(0, -1);
    return `${before}${before === '[' ? '' : ' '}${textOf(value)}]`;
  },
};

export const models = {
  register,
  'cas-register': register,
  counter,
  set,
  list,
} as const satisfies Record<Kind, Model>;
