import type { Operation } from '../history/operation.ts';
import { checkAtNodes, type Require } from './at-nodes.ts';
import type { Checker } from './checker.ts';
import { checkInCollections, type Demand, type KeyElements } from './in-collections.ts';
import { isCollection } from './provenance.ts';
import type { Subject } from './subject.ts';
import { entry, lastBegunByEnd } from './sweep.ts';
import { nameOf } from './words.ts';

export const consistentPrefix: Checker = {
  name: 'consistent-prefix',
  claim:
    'A node that has shown a write never shows a version older than any write acknowledged before that one began (of sets and lists: whatever shows an element shows all acknowledged before it began).',
  source: 'Terry, Replicated Data Consistency Explained Through Baseball, CACM 2013; Jepsen’s causal-reverse',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'reads at a named node that had shown a write with another before it' },
  check(subject, outOfTime) {
    return isCollection(subject.kind)
      ? checkInCollections(subject, demandsOf, outOfTime)
      : checkAtNodes(subject, requirementOf(subject), outOfTime);
  },
};

function requirementOf({ operations, steps }: Subject): Require {
  const acknowledged = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.outcome !== 'ok') continue;
    for (const { kind, key } of steps[operation.id]!) {
      if (kind !== 'read') entry(acknowledged, key, () => []).push(operation);
    }
  }
  const lasts = new Map([...acknowledged].map(([key, writes]) => [key, lastBegunByEnd(writes)]));
  return (shown, { key, until }) => {
    let seen: Operation | null = null;
    for (const write of shown.bySession.values()) if (seen === null || write.start > seen.start) seen = write;
    if (seen === null) return null;
    const before = lasts.get(key)?.(seen.start) ?? null;
    const own = [...(shown.byKey.get(key)?.values() ?? [])].reduce<Operation | null>(
      (last, write) => (last === null || write.start > last.start ? write : last),
      null,
    );
    if (own !== null && (before === null || own.start > before.start)) {
      return { seen: own, required: own, broken: until < own.start, because: 'it had applied it' };
    }
    if (before === null) return null;
    const why = `${nameOf(before)} had been acknowledged before it began`;
    return { seen, required: before, broken: until < before.start, because: why };
  };
}

function demandsOf({ elements }: KeyElements): readonly Demand[] {
  return elements
    .filter(({ write }) => write.outcome === 'ok')
    .map((earlier) => ({
      earlier,
      moment: earlier.write.end,
      session: null,
      because: (later) =>
        `${nameOf(earlier.write)} had been acknowledged before ${nameOf(later.write)} began`,
    }));
}
