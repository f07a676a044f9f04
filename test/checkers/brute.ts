import type { Operation } from '../../src/history/operation.ts';
import { precedes } from '../../src/history/operation.ts';
import { models, type State } from '../../src/checkers/models.ts';
import type { Subject } from '../../src/checkers/subject.ts';

/**
 * Tries every order of a small history, step by step, on all keys at once. `before(a, b)`: a must come first.
 * Unknown operations may be left out.
 */
export function someOrderExplains(
  subject: Subject,
  before: (a: Operation, b: Operation) => boolean,
): boolean {
  const model = models[subject.kind];
  const operations = subject.operations.filter(
    ({ id, outcome }) => outcome !== 'fail' && subject.steps[id]!.length > 0,
  );
  const go = (left: readonly Operation[], state: ReadonlyMap<string, State>): boolean => {
    if (left.every(({ outcome }) => outcome !== 'ok')) return true;
    return left.some((next) => {
      if (left.some((other) => other !== next && other.outcome === 'ok' && before(other, next))) return false;
      const after = new Map(state);
      for (const step of subject.steps[next.id]!) {
        const now = after.get(step.key) ?? model.initial(subject.initial);
        const then = model.step(now, step);
        if (then === null) return false;
        after.set(step.key, then);
      }
      return go(
        left.filter((other) => other !== next),
        after,
      );
    });
  };
  return go(operations, new Map());
}

export const inRealTime = precedes;

/** Session order; an unknown operation may take effect after later ones of its session. */
export function inSession(a: Operation, b: Operation): boolean {
  return a.session === b.session && a.start < b.start && a.outcome !== 'info';
}
