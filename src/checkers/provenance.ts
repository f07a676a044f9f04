import type { Operation } from '../history/operation.ts';
import type { Step } from '../history/steps.ts';
import { textOf, type Value } from '../history/value.ts';
import { violated, type Finding } from './checker.ts';
import { elementsOf, type Kind, type Subject } from './subject.ts';
import { keyIs, nameOf } from './words.ts';

/**
 * Something was read that nobody wrote, or only an operation that failed: no guarantee survives that. Null:
 * everything read has a writer that happened or may have. Counters show sums, which have none.
 */
export function neverWritten(subject: Subject): Finding | null {
  const { kind, operations, steps, initial } = subject;
  if (kind === 'counter') return null;
  const written = new Map<string, Set<string>>();
  for (const operation of operations) {
    if (operation.outcome === 'fail') continue;
    for (const step of steps[operation.id]!) {
      if (step.kind === 'read') continue;
      const values = written.get(step.key) ?? new Set();
      written.set(step.key, values.add(textOf(step.value)));
    }
  }
  const before = new Set(
    (isCollection(kind) ? elementsOf(Array.isArray(initial) ? initial : null) : [initial]).map(textOf),
  );
  for (const operation of operations) {
    if (operation.outcome !== 'ok') continue;
    for (const step of steps[operation.id]!) {
      const stray = valuesSeen(step, kind).find((value) => {
        const text = textOf(value);
        return !before.has(text) && written.get(step.key)?.has(text) !== true;
      });
      if (stray !== undefined) return strayRead(subject, operation, step.key, stray);
    }
  }
  return null;
}

export function isCollection(kind: Kind): boolean {
  return kind === 'set' || kind === 'list';
}

function valuesSeen(step: Step, kind: Kind): readonly Value[] {
  if (step.kind === 'cas') return [step.from];
  if (step.kind !== 'read') return [];
  return isCollection(kind) ? elementsOf(step.value) : [step.value];
}

function strayRead(subject: Subject, read: Operation, key: string, value: Value): Finding {
  const text = textOf(value);
  const failed = subject.operations.find(
    ({ id, outcome }) =>
      outcome === 'fail' &&
      subject.steps[id]!.some(
        (step) => step.kind !== 'read' && step.key === key && textOf(step.value) === text,
      ),
  );
  const is = isCollection(subject.kind) ? `element ${textOf(value)}` : keyIs(key, value);
  if (failed === undefined) {
    return violated('value from nowhere', [`${nameOf(read)} saw ${is}, which nobody wrote`], [read]);
  }
  return violated(
    'G1a, aborted read',
    [`${nameOf(read)} saw ${is}, which only ${nameOf(failed)} wrote, and that failed`],
    [read, failed],
  );
}
