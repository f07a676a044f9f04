import type { Operation } from '../history/operation.ts';
import { checkAtNodes, type Require } from './at-nodes.ts';
import type { Checker } from './checker.ts';
import { checkInCollections, type Demand, type KeyElements } from './in-collections.ts';
import { isCollection } from './provenance.ts';
import type { Subject } from './subject.ts';
import { entry, lastBegunByEnd } from './sweep.ts';
import { nameOf } from './words.ts';

export const monotonicWrites: Checker = {
  name: 'monotonic-writes',
  claim:
    'A node that has shown a session’s write never shows a version older than that session’s acknowledged writes before it (of sets and lists: whatever shows an element shows those its session added before, in order).',
  source: 'Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'reads at a named node that had shown a later write of a session' },
  check(subject, outOfTime) {
    return isCollection(subject.kind)
      ? checkInCollections(subject, demandsOf, outOfTime)
      : checkAtNodes(subject, requirementOf(subject), outOfTime);
  },
};

/** What was shown of this key, and of each session whose write was shown its last of this key before that. */
function requirementOf({ operations, steps }: Subject): Require {
  const writes = new Map<string, Map<string, Operation[]>>();
  for (const operation of operations) {
    if (operation.outcome !== 'ok') continue;
    for (const { kind, key } of steps[operation.id]!) {
      if (kind === 'read') continue;
      entry(
        entry(writes, key, () => new Map<string, Operation[]>()),
        operation.session,
        () => [],
      ).push(operation);
    }
  }
  const lasts = new Map(
    [...writes].map(([key, bySession]) => [
      key,
      new Map([...bySession].map(([session, own]) => [session, lastBegunByEnd(own)])),
    ]),
  );
  return (shown, { key, until }) => {
    let strictest: { readonly seen: Operation; readonly required: Operation } | null = null;
    const require = (seen: Operation, required: Operation | undefined): void => {
      if (required !== undefined && (strictest === null || required.start > strictest.required.start)) {
        strictest = { seen, required };
      }
    };
    for (const own of shown.byKey.get(key)?.values() ?? []) require(own, own);
    for (const [session, seen] of shown.bySession) {
      require(seen, lasts.get(key)?.get(session)?.(seen.start) ?? undefined);
    }
    if (strictest === null) return null;
    const { seen, required } = strictest as { readonly seen: Operation; readonly required: Operation };
    const why =
      seen === required ? 'it had applied it' : `the same session had made ${nameOf(required)} before`;
    return { seen, required, broken: until < required.start, because: why };
  };
}

function demandsOf({ elements }: KeyElements): readonly Demand[] {
  return elements
    .filter(({ write }) => write.outcome === 'ok')
    .map((earlier) => ({
      earlier,
      moment: earlier.write.end,
      session: earlier.write.session,
      because: (later) =>
        `${nameOf(earlier.write)} had ended before the same session began ${nameOf(later.write)}`,
    }));
}
