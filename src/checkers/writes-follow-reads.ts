import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { checkAtNodes, type Require, type Requirement } from './at-nodes.ts';
import type { Checker } from './checker.ts';
import { checkInCollections, type Demand, type KeyElements } from './in-collections.ts';
import { isCollection } from './provenance.ts';
import type { Subject } from './subject.ts';
import { countBefore } from './sorted.ts';
import { entry } from './sweep.ts';
import { isOlder, shownBy, Versions, type Version } from './versions.ts';
import { keyIs, nameOf } from './words.ts';

export const writesFollowReads: Checker = {
  name: 'writes-follow-reads',
  claim:
    'A node that has shown a session’s write never shows a version older than what that session had read before it (of sets and lists: whatever shows an element shows what its session had seen before adding it).',
  source: 'Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'reads at a named node that had shown a write which followed a read' },
  check(subject, outOfTime) {
    return isCollection(subject.kind)
      ? checkInCollections(subject, demandsOf, outOfTime)
      : checkAtNodes(subject, requirementOf(subject), outOfTime);
  },
};

interface Read {
  readonly operation: Operation;
  readonly version: Version;
}

/** What a session read of a key. */
interface KeyReads {
  /** In the order they ended. */
  readonly reads: Read[];
  /** Of the reads up to each, the one whose version began last. */
  readonly newest: Read[];
  /** By value, the first read of it to end. */
  readonly first: Map<string, Read>;
}

function requirementOf(subject: Subject): Require {
  const byKey = keyReads(subject);
  return (shown, version) => {
    let some: Requirement | null = null;
    for (const [session, seen] of shown.bySession) {
      const known = byKey.get(version.key)?.get(session);
      if (known === undefined) continue;
      // A write of the same key came after what its session had read of it, whenever that was written.
      const own = shown.byKey.get(version.key)?.get(session);
      const same = known.first.get(textOf(version.value));
      const once = version.writers.length < 2 && version.writers[0] !== own;
      if (own !== undefined && same !== undefined && once && same.operation.end < own.start) {
        return requirement(own, same, true);
      }
      const before = countBefore(known.reads.length, (i) => known.reads[i]!.operation.end >= seen.start);
      const newest = known.newest[before - 1];
      if (newest === undefined) continue;
      if (isOlder(version, newest.version)) return requirement(seen, newest, true);
      some ??= requirement(seen, newest, false);
    }
    return some;
  };
}

function keyReads(subject: Subject): ReadonlyMap<string, ReadonlyMap<string, KeyReads>> {
  const versions = new Versions(subject);
  const byKey = new Map<string, Map<string, KeyReads>>();
  const byEnd = subject.operations
    .filter(({ outcome }) => outcome === 'ok')
    .toSorted((a, b) => a.end - b.end);
  for (const operation of byEnd) {
    for (const step of subject.steps[operation.id]!) {
      const shown = shownBy(step);
      if (shown === undefined) continue;
      const bySession = entry(byKey, step.key, () => new Map<string, KeyReads>());
      const { reads, newest, first } = entry(bySession, operation.session, () => ({
        reads: [],
        newest: [],
        first: new Map(),
      }));
      const read = { operation, version: versions.of(step.key, shown) };
      const before = newest.at(-1);
      reads.push(read);
      newest.push(before !== undefined && before.version.from >= read.version.from ? before : read);
      entry(first, textOf(shown), () => read);
    }
  }
  return byKey;
}

function requirement(seen: Operation, { operation, version }: Read, broken: boolean): Requirement {
  const is = keyIs(version.key, version.value);
  return {
    seen,
    required: operation,
    broken,
    because: `before making it, its session had seen ${is} in ${nameOf(operation)}`,
  };
}

/** From the first read of a session that shows an element on, whatever it adds comes after that. */
function demandsOf({ views }: KeyElements): readonly Demand[] {
  return [...Map.groupBy(views, ({ read }) => read.session)].flatMap(([session, own]) => {
    const known = new Map<string, Demand>();
    for (const { read, elements } of own.toSorted((a, b) => a.read.end - b.read.end)) {
      for (const earlier of elements) {
        entry(known, earlier.text, () => ({
          earlier,
          moment: read.end,
          session,
          because: (later) =>
            `${nameOf(read)} had shown ${earlier.text} before the same session began ${nameOf(later.write)}`,
        }));
      }
    }
    return Array.from(known.values());
  });
}
