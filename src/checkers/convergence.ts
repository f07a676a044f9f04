import type { Operation } from '../history/operation.ts';
import { textOf, type Value } from '../history/value.ts';
import { unknown, violated, type Checker } from './checker.ts';
import { onlyKey } from '../history/steps.ts';
import { elementsOf, type Subject } from './subject.ts';
import { entry } from './sweep.ts';
import { nameOf } from './words.ts';

export const convergence: Checker = {
  name: 'convergence',
  claim: 'When all is quiet again, every node gives the same answer to a read of the same key.',
  source: 'Shapiro et al., Conflict-free Replicated Data Types, 2011 (eventual delivery and convergence)',
  takes: ['register', 'cas-register', 'counter', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'keys with final reads of two nodes or more' },
  check(subject) {
    const finals = subject.operations.filter(({ final, node }) => final && node !== null);
    if (finals.length === 0) {
      return unknown('no reads are marked as final, of a node that is named');
    }
    const byKey = answers(subject, finals);
    let seen = 0;
    let missing: string | null = null;
    for (const [key, byNode] of byKey) {
      const [first, ...others] = byNode.values();
      const other = others.find(({ text }) => text !== first!.text);
      if (other !== undefined) {
        return violated(
          null,
          [`${nameOf(first!.read)} and ${nameOf(other.read)} differ, and both are final`],
          [first!.read, other.read],
        );
      }
      if (others.length > 0) seen += 1;
      const silent = subject.nodes.find((node) => !byNode.has(node));
      if (silent !== undefined)
        missing ??= `${silent} never answered the final read${key === onlyKey ? '' : ` of ${key}`}`;
    }
    return missing === null ? { verdict: 'valid', seen } : unknown(`${missing}: it may hold anything`);
  },
};

interface Answer {
  readonly read: Operation;
  readonly text: string;
}

/** The last answer of each node, by key. */
function answers(
  { kind, steps }: Subject,
  finals: readonly Operation[],
): ReadonlyMap<string, ReadonlyMap<string, Answer>> {
  const byKey = new Map<string, Map<string, Answer>>();
  const textIn = (value: Value): string =>
    kind === 'set' ? elementsOf(value).map(textOf).toSorted().join(' ') : textOf(value);
  for (const read of finals) {
    if (read.key !== null) entry(byKey, read.key, () => new Map<string, Answer>());
    for (const step of steps[read.id]!) {
      if (step.kind !== 'read') continue;
      entry(byKey, step.key, () => new Map<string, Answer>()).set(read.node!, {
        read,
        text: textIn(step.value),
      });
    }
  }
  return byKey;
}
