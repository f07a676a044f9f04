import type { Step } from '../history/steps.ts';
import { textOf } from '../history/value.ts';
import { elementsOf, type Kind, type Taken } from './subject.ts';

/**
 * Leaves out operations on one key that changed something nobody saw, among those that `mayGo`: whatever
 * order explains the rest with one of them explains it without. Not on a counter, whose amounts cannot be told
 * apart. A cas that is left out may have been all that saw another, so this goes on until nothing changes.
 */
export function withoutUnseen(
  taken: readonly Taken[],
  kind: Kind,
  mayGo: (one: Taken) => boolean,
): readonly Taken[] {
  if (kind === 'counter') return taken;
  let rest = taken;
  for (;;) {
    const seen = new Set(rest.flatMap(({ step }) => seenBy(step, kind)));
    const left = rest.filter(
      (one) => one.step.kind === 'read' || !mayGo(one) || seen.has(textOf(one.step.value)),
    );
    if (left.length === rest.length) return rest;
    rest = left;
  }
}

function seenBy(step: Step, kind: Kind): readonly string[] {
  if (step.kind === 'cas') return [textOf(step.from)];
  if (step.kind !== 'read') return [];
  return kind === 'set' || kind === 'list' ? elementsOf(step.value).map(textOf) : [textOf(step.value)];
}
