import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { violated, type Checker, type Finding } from './checker.ts';
import { isCollection } from './provenance.ts';
import { elementsOf, type Subject } from './subject.ts';
import { entry, sessionsOf, sweep } from './sweep.ts';
import { isOlder, shownBy, Versions, type Version } from './versions.ts';
import { keyIs, nameOf } from './words.ts';

export const monotonicReads: Checker = {
  name: 'monotonic-reads',
  claim:
    'A session never reads a version of a key whose write had ended before that of one it had read began, nor one it had seen replaced (of sets and lists: one without what it had seen).',
  source: 'Terry et al., Session Guarantees for Weakly Consistent Replicated Data, 1994',
  takes: ['register', 'cas-register', 'set', 'list'],
  transactions: true,
  minimum: { count: 1, of: 'reads of a key after another read of it by the same session' },
  check(subject) {
    const versions = new Versions(subject);
    let seen = 0;
    const found: Finding[] = [];
    for (const session of sessionsOf(subject.operations)) {
      const rule = isCollection(subject.kind) ? collectionRule(subject) : registerRule(subject, versions);
      sweep(session, rule.read, (operation) => {
        seen += rule.expected(operation);
        const one = rule.wentBack(operation);
        if (one !== null) found.push(one);
        return null;
      });
    }
    return {
      ...(found[0] ?? { verdict: 'valid', seen }),
      figures: { rereads: seen, backwards: found.length },
    };
  },
};

interface Rule {
  read(operation: Operation): void;
  /** How many of its reads come after another of the session. */
  expected(operation: Operation): number;
  wentBack(operation: Operation): Finding | null;
}

interface Read {
  readonly operation: Operation;
  readonly version: Version;
}

/** What a session has read of one key. */
interface Known {
  /** The read whose version began last. */
  newest: Read;
  /** By value: the first read of it to end. */
  readonly first: Map<string, Read>;
  /** The last read to begin, and the last with another value than that one's. */
  last: Read;
  other: Read | null;
}

function registerRule({ steps }: Subject, versions: Versions): Rule {
  const known = new Map<string, Known>();
  const reads = (operation: Operation): readonly Read[] =>
    steps[operation.id]!.flatMap((step) => {
      const shown = shownBy(step);
      return shown === undefined ? [] : [{ operation, version: versions.of(step.key, shown) }];
    });
  return {
    read(operation) {
      for (const read of reads(operation)) note(known, read);
    },
    expected: (operation) => reads(operation).filter(({ version }) => known.has(version.key)).length,
    wentBack(operation) {
      for (const read of reads(operation)) {
        const before = known.get(read.version.key);
        if (before === undefined) continue;
        if (isOlder(read.version, before.newest.version)) return older(before.newest, read);
        const first = before.first.get(textOf(read.version.value));
        const replaced = isSame(before.last, read) ? before.other : before.last;
        if (first === undefined || replaced === null || !isOne(read.version)) continue;
        // To something newer it may come back: it had gone back before, and that was said.
        if (isOlder(replaced.version, read.version)) continue;
        if (first.operation.end < replaced.operation.start) return back(first, replaced, read);
      }
      return null;
    },
  };
}

/** A value with one place in the order of versions: it was written once, or never. */
function isOne({ writers, from, until }: Version): boolean {
  return writers.length === 1 ? from >= 0 : until === -1;
}

function isSame(a: Read, b: Read): boolean {
  return textOf(a.version.value) === textOf(b.version.value);
}

/** Called in the order reads end. */
function note(known: Map<string, Known>, read: Read): void {
  const { key, value, from } = read.version;
  const one = entry(known, key, (): Known => ({ newest: read, first: new Map(), last: read, other: null }));
  if (from > one.newest.version.from) one.newest = read;
  entry(one.first, textOf(value), () => read);
  const isLast = read.operation.start >= one.last.operation.start;
  if (!isSame(read, one.last)) {
    if (isLast) one.other = one.last;
    else if (one.other === null || one.other.operation.start < read.operation.start) one.other = read;
  }
  if (isLast) one.last = read;
}

function older(before: Read, read: Read): Finding {
  const { key, value } = read.version;
  return violated(
    null,
    [
      `${nameOf(read.operation)} saw ${keyIs(key, value)}, which is older than what ${nameOf(before.operation)} of the same session had seen before`,
    ],
    [before.operation, read.operation, ...before.version.writers, ...read.version.writers],
  );
}

function back(first: Read, replaced: Read, read: Read): Finding {
  const { key, value, writers } = read.version;
  return violated(
    null,
    [
      `the session saw ${keyIs(key, value)} (${nameOf(first.operation)}), then another value (${nameOf(replaced.operation)}), then ${keyIs(key, value)} again (${nameOf(read.operation)}), and it was written once`,
    ],
    [first.operation, replaced.operation, read.operation, ...writers, ...replaced.version.writers],
  );
}

function collectionRule({ steps }: Subject): Rule {
  const known = new Map<string, Map<string, Operation>>();
  return {
    read(operation) {
      for (const { kind, key, value } of steps[operation.id]!) {
        if (kind !== 'read') continue;
        const seen = entry(known, key, () => new Map<string, Operation>());
        for (const element of elementsOf(value)) entry(seen, textOf(element), () => operation);
      }
    },
    expected: ({ id }) => steps[id]!.filter(({ kind, key }) => kind === 'read' && known.has(key)).length,
    wentBack(operation) {
      for (const { kind, key, value } of steps[operation.id]!) {
        const before = known.get(key);
        if (kind !== 'read' || before === undefined) continue;
        const shown = new Set(elementsOf(value).map(textOf));
        for (const [element, read] of before) {
          if (shown.has(element)) continue;
          return violated(
            null,
            [
              `${nameOf(operation)} does not show ${element}, which ${nameOf(read)} of the same session had shown before`,
            ],
            [read, operation],
          );
        }
      }
      return null;
    },
  };
}
