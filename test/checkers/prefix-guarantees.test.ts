import { consistentPrefix } from '../../src/checkers/consistent-prefix.ts';
import { monotonicWrites } from '../../src/checkers/monotonic-writes.ts';
import { elementsOf, type Subject } from '../../src/checkers/subject.ts';
import { Versions, type Version } from '../../src/checkers/versions.ts';
import { writesFollowReads } from '../../src/checkers/writes-follow-reads.ts';
import type { Operation } from '../../src/history/operation.ts';
import { textOf } from '../../src/history/value.ts';
import { lanes } from './lanes.ts';
import { describeProperty, describeTwins } from './session-suite.ts';
import { anyOf, type Shape } from './small-histories.ts';

describeTwins(monotonicWrites, [
  [
    'a library is replaced before what is built on it (Terry et al. 1994, §3.4, as it should be)',
    'valid',
    lanes`
      1: |- write lib=2 @n1 -|  |- write app=2 @n1 -|
      2:                                              |- read app → 2 @n2 -|  |- read lib → 2 @n2 -|`,
  ],
  [
    'and a server has the new one without the library (Terry et al. 1994, §3.4)',
    'violated',
    lanes`
      1: |- write lib=2 @n1 -|  |- write app=2 @n1 -|
      2:                                              |- read app → 2 @n2 -|  |- read lib → nil @n2 -|`,
  ],
  [
    'another server may not have either yet',
    'valid',
    lanes`
      1: |- write lib=2 @n1 -|  |- write app=2 @n1 -|
      2: |- read lib → nil @n3 -|                     |- read app → 2 @n2 -|  |- read lib → nil @n3 -|  |- read lib → 2 @n2 -|`,
  ],
  [
    'without nodes nothing can be told of registers',
    'unknown',
    lanes`
      1: |- write lib=2 -|  |- write app=2 -|
      2:                                      |- read app → 2 -|  |- read lib → nil -|`,
  ],
  [
    'in one transaction, reads come in order',
    'violated',
    lanes`
      1: |- write lib=2 @n1 -|  |- write app=2 @n1 -|
      2:                                              |- read app → 2, read lib → nil @n2 -|`,
  ],
  [
    'and before the later write was seen, all is well',
    'unknown',
    lanes`
      1: |- write lib=2 @n1 -|  |- write app=2 @n1 -|
      2:                                              |- read lib → nil, read app → 2 @n2 -|`,
  ],
  [
    'a list with the appends of a session swapped',
    'violated',
    lanes`
      1: |- append x 1 -|  |- append x 2 -|
      2:                                    |- read x → [2 1] -|`,
  ],
]);

describeTwins(writesFollowReads, [
  [
    'a reply is read after what it replies to (Terry et al. 1994, §3.3: a bulletin board, as it should be)',
    'valid',
    lanes`
      1: |- write post=hi @n1 -|
      2:                         |- read post → hi @n1 -|  |- write reply=ho @n1 -|
      3:     |- read reply → ho @n2 -|  |- read post → hi @n2 -|`,
  ],
  [
    'a reply without what it replies to (Terry et al. 1994, §3.3)',
    'violated',
    lanes`
      1: |- write post=hi @n1 -|
      2:                         |- read post → hi @n1 -|  |- write reply=ho @n1 -|
      3:                                                                            |- read reply → ho @n2 -|  |- read post → nil @n2 -|`,
  ],
  [
    'who had not read it may have written first',
    'unknown',
    lanes`
      1: |- write post=hi @n1 -|
      2:                         |- write reply=ho @n1 -|
      3:                                                  |- read reply → ho @n2 -|  |- read post → nil @n2 -|`,
  ],
  [
    'one value was replaced by who had read it, and comes back',
    'violated',
    lanes`
      1: |- write x=1 -?
      2:                 |- read x → 1 @n1 -|  |- write x=2 @n1 -|
      3:                                                           |- read x → 2 @n2 -|  |- read x → 1 @n2 -|`,
  ],
  [
    'a list with the answer before the question',
    'violated',
    lanes`
      1: |- append q -|
      2:                |- read → [q] -|  |- append a -|
      3:                                                 |- read → [a q] -|`,
  ],
]);

describeTwins(consistentPrefix, [
  [
    'Mr. Poons asks, Mrs. Cake answers, an observer hears both in order (DDIA 2017, figure 5-5, as it should be)',
    'valid',
    lanes`
      1: |- write question=far -|
      2:                          |- write answer=ten -|
      3:                                                 |- read answer → ten @n2 -|  |- read question → far @n2 -|`,
  ],
  [
    'the observer hears the answer before the question (DDIA 2017, figure 5-5)',
    'violated',
    lanes`
      1: |- write question=far -|
      2:                          |- write answer=ten -|
      3:                                                 |- read answer → ten @n2 -|  |- read question → nil @n2 -|`,
  ],
  [
    'a set with a hole (Jepsen, causal-reverse)',
    'violated',
    lanes`
      1: |- add 1 -|
      2:             |- add 2 -|
      3:                         |- read → [2] -|`,
  ],
  [
    'what was concurrent may be there or not',
    'valid',
    lanes`
      1: |- add 0 -||- add 1 -|
      2:              |- add 2 -|
      3:                         |- read → [0 2] -|`,
  ],
]);

const registers: Shape = {
  fs: { read: 5, write: 3 },
  keys: ['x', 'y'],
  unique: true,
  events: 40,
  processes: 2,
  nodes: ['n1', 'n2'],
  read: anyOf,
};
const sets: Shape = {
  kind: 'set',
  fs: { read: 3, add: 4 },
  unique: true,
  events: 22,
  read: (written, pick) => written.filter((_, i) => i < written.length - 3 || (pick + i) % 7 !== 0),
};
const lists: Shape = {
  ...sets,
  kind: 'list',
  fs: { read: 3, append: 4 },
  read: (written, pick) => (pick % 2 === 0 && written.length > 1 ? swapped(written, pick) : written),
};

function swapped<T>(items: readonly T[], pick: number): readonly T[] {
  const at = pick % (items.length - 1);
  return [...items.slice(0, at), items[at + 1]!, items[at]!, ...items.slice(at + 2)];
}

interface Read {
  readonly operation: Operation;
  readonly version: Version;
}

/** Every pair of reads of one node, the first of a value that one operation wrote. */
function atSomeNode(
  subject: Subject,
  bad: (writer: Operation, first: Version, last: Version) => boolean,
): boolean {
  const versions = new Versions(subject);
  const reads = subject.operations.flatMap((operation): readonly Read[] =>
    operation.outcome !== 'ok' || operation.node === null
      ? []
      : subject.steps[operation.id]!.filter(({ kind }) => kind === 'read').map(({ key, value }) => ({
          operation,
          version: versions.of(key, value),
        })),
  );
  return reads.some((first) =>
    reads.some((last) => {
      const [writer] = first.version.writers;
      return (
        writer !== undefined &&
        first.operation.node === last.operation.node &&
        first.operation.end < last.operation.start &&
        bad(writer, first.version, last.version)
      );
    }),
  );
}

const writesTo = (subject: Subject, { id, outcome }: Operation, key: string): boolean =>
  outcome !== 'fail' && subject.steps[id]!.some((step) => step.kind !== 'read' && step.key === key);

/** Every pair of an element that is shown, and one that is not or comes after it. */
function inSomeView(subject: Subject, bad: (earlier: Operation, later: Operation) => boolean): boolean {
  const writer = (text: string): Operation | undefined =>
    subject.operations.find(
      ({ id, outcome }) =>
        outcome !== 'fail' &&
        subject.steps[id]!.some(({ kind, value }) => kind !== 'read' && textOf(value) === text),
    );
  const all = subject.operations.filter((operation) => writesTo(subject, operation, ''));
  return subject.operations.some(({ id }) =>
    subject.steps[id]!.some(({ kind, value }) => {
      if (kind !== 'read') return false;
      const shown = elementsOf(value).map((element) => writer(textOf(element)));
      return all.some((earlier) =>
        shown.some((later, place) => {
          if (later === undefined || later === earlier) return false;
          const at = shown.indexOf(earlier);
          return (at < 0 || (subject.kind === 'list' && at > place)) && bad(earlier, later);
        }),
      );
    }),
  );
}

const ended = (a: Operation, b: Operation): boolean => a.outcome === 'ok' && a.end < b.start;

function breaksWrites(subject: Subject): boolean {
  if (subject.kind !== 'register') {
    return inSomeView(subject, (a, b) => a.session === b.session && ended(a, b));
  }
  return atSomeNode(subject, (writer, _first, last) =>
    subject.operations.some(
      (write) =>
        (write === writer || (write.session === writer.session && ended(write, writer))) &&
        writesTo(subject, write, last.key) &&
        last.until < write.start,
    ),
  );
}

function breaksPrefix(subject: Subject): boolean {
  if (subject.kind !== 'register') return inSomeView(subject, ended);
  return atSomeNode(subject, (writer, _first, last) =>
    subject.operations.some(
      (write) =>
        (write === writer || ended(write, writer)) &&
        writesTo(subject, write, last.key) &&
        last.until < write.start,
    ),
  );
}

function breaksFollowing(subject: Subject): boolean {
  const versions = new Versions(subject);
  const readsBefore = (writer: Operation) =>
    subject.operations.filter((read) => read.session === writer.session && ended(read, writer));
  if (subject.kind !== 'register') {
    return inSomeView(subject, (earlier, later) =>
      readsBefore(later).some(({ id }) =>
        subject.steps[id]!.some(
          ({ kind, value }) =>
            kind === 'read' && elementsOf(value).some((element) => textOf(element) === textOf(earlier.input)),
        ),
      ),
    );
  }
  return atSomeNode(subject, (writer, first, last) =>
    readsBefore(writer).some(({ id }) =>
      subject.steps[id]!.some(({ kind, key, value }) => {
        if (kind !== 'read' || key !== last.key) return false;
        const isLast = textOf(value) === textOf(last.value) && last.writers[0] !== writer;
        return last.until < versions.of(key, value).from || (first.key === key && isLast);
      }),
    ),
  );
}

for (const [what, shape] of [
  ['registers', registers],
  ['sets', sets],
  ['lists', lists],
] as const) {
  describeProperty(monotonicWrites, what, shape, breaksWrites);
  describeProperty(writesFollowReads, what, shape, breaksFollowing);
  describeProperty(consistentPrefix, what, shape, breaksPrefix);
}
