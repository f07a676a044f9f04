import { expect, test } from 'vitest';
import { convergence } from '../../src/checkers/convergence.ts';
import { lostWrites } from '../../src/checkers/lost-writes.ts';
import { staleness } from '../../src/checkers/staleness.ts';
import { elementsOf, subjectOf, type Subject } from '../../src/checkers/subject.ts';
import { Versions } from '../../src/checkers/versions.ts';
import type { Operation } from '../../src/history/operation.ts';
import { textOf } from '../../src/history/value.ts';
import { lanes } from './lanes.ts';
import { describeProperty, describeTwins, never } from './session-suite.ts';
import { anyOf, type Shape } from './small-histories.ts';

describeTwins(lostWrites, [
  [
    'every acknowledged element is there (Jepsen, set)',
    'valid',
    lanes`
      1: |- add 1 -||- add 2 -|
      2:                        |- read → [1 2] final -|`,
  ],
  [
    'one is not (Jepsen: Redis Sentinel, 2013)',
    'violated',
    lanes`
      1: |- add 1 -||- add 2 -|
      2:                        |- read → [2] final -|`,
  ],
  [
    'an element read after it was acknowledged, and then no more (Jepsen, set-full)',
    'violated',
    lanes`
      1: |- add 1 -|
      2:             |- read → [1] -||- read → [] -|`,
  ],
  [
    'missing, then there: stale, not lost',
    'valid',
    lanes`
      1: |- add 1 -|
      2:             |- read → [] -||- read → [1] -|`,
  ],
  [
    'never read is not known',
    'unknown',
    lanes`
      1: |- add 1 -|                |- add 2 -|
      2:             |- read → [1] -|`,
  ],
  [
    'an unknown one may be there or not',
    'valid',
    lanes`
      1: |- add 1 -||- add 2 -?
      2:           |- add 3 -?
      3:                        |- read → [1 2] final -|`,
  ],
  [
    'one that failed may not (Jepsen: unexpected)',
    'violated',
    lanes`
      1: |- add 1 -||- add 2 -x
      2:                        |- read → [1 2] final -|`,
  ],
  [
    'nor one that nobody added',
    'violated',
    lanes`
      1: |- add 1 -|
      2:             |- read → [1 2] final -|`,
  ],
  [
    'nor one twice',
    'violated',
    lanes`
      1: |- append 1 -|
      2:                |- read → [1 1] final -|`,
  ],
  [
    'there on one node, it is not lost: the nodes have not converged',
    'valid',
    lanes`
      1: |- add 1 -|
      2:             |- read → [1] @n1 final -||- read → [] @n2 final -|`,
  ],
  [
    'a register that ends with an older value (GitHub, 2018: what was not replicated)',
    'violated',
    lanes`
      1: |- write x=1 -||- write x=2 -|
      2:                                |- read x → 1 final -|`,
  ],
  [
    'a register that was overwritten lost nothing',
    'valid',
    lanes`
      1: |- write x=1 -||- write x=2 -|
      2:                                |- read x → 2 final -|`,
  ],
  [
    'or by an unknown write',
    'valid',
    lanes`
      1: |- write x=1 -?|- write x=2 -|
      2:                                |- read x → 1 final -|`,
  ],
]);

test('lost-writes: what became of each element, in Jepsen’s words', () => {
  const history = lanes`
    1: |- add 1 -||- add 2 -||- add 3 -?|- add 4 -?|- add 5 -x|- add 6 -|
    2:                                                                   |- read → [1 3] final -|`;
  expect(lostWrites.check(subjectOf(history), never)).toMatchObject({
    verdict: 'violated',
    witness: { anomaly: 'lost write' },
    figures: { total: 5, acknowledged: 3, survivors: 1, lost: 2, recovered: 1, neverRead: 0, duplicated: 0 },
  });
});

describeTwins(convergence, [
  [
    'all nodes answer the same (Shapiro et al. 2011)',
    'valid',
    lanes`
      1: |- write x=1 @n1 -||- read x → 1 @n1 final -||- read x → 1 @n2 final -|`,
  ],
  [
    'one does not',
    'violated',
    lanes`
      1: |- write x=1 @n1 -||- read x → 1 @n1 final -||- read x → nil @n2 final -|`,
  ],
  [
    'a node that never answered has not converged',
    'unknown',
    lanes`
      1: |- write x=1 @n1 -||- read x → 1 @n1 final -||- read x → 1 @n2 final -||- read x → ? @n3 final -x`,
  ],
  [
    'the order of a set’s elements does not matter',
    'valid',
    lanes`
      1: |- add 1 @n1 -||- add 2 @n1 -||- read → [1 2] @n1 final -||- read → [2 1] @n2 final -|`,
  ],
  [
    'that of a list’s does',
    'violated',
    lanes`
      1: |- append 1 @n1 -||- append 2 @n1 -||- read → [1 2] @n1 final -||- read → [2 1] @n2 final -|`,
  ],
  [
    'reads that are not final say nothing',
    'unknown',
    lanes`
      1: |- write x=1 @n1 -||- read x → 1 @n1 -||- read x → nil @n2 -|`,
  ],
]);

describeTwins(staleness, [
  [
    'definitely stale: a newer write had been acknowledged (Golab et al.)',
    'violated',
    lanes`
      1: |- write x=1 -||- write x=2 -|
      2:                                |- read x → 1 -|`,
  ],
  [
    'perhaps stale: the newer write was not done when the read began',
    'valid',
    lanes`
      1: |- write x=1 -||- write x=2 -|
      2:                         |- read x → 1 -|`,
  ],
  [
    'a write that was concurrent with the newer one may have come after it',
    'valid',
    lanes`
      1: |- write x=1 -|
      2:     |- write x=2 -|
      3:                     |- read x → 1 -||- read x → 2 -|`,
  ],
]);

test('staleness: how many versions, and how long', () => {
  const history = lanes`
    1: |- write x=1 -||- write x=2 -||- write x=3 -|
    2:                                              |- read x → 1 -||- read x → 2 -||- read x → 3 -|`;
  const { verdict, figures } = staleness.check(subjectOf(history), never);
  expect({ verdict, figures }).toEqual({
    verdict: 'violated',
    figures: { reads: 3, stale: 2, versionsMax: 2, staleMsMedian: 3, staleMsP99: 3, visibleMs: 3 },
  });
});

const sets: Shape = {
  kind: 'set',
  fs: { read: 3, add: 3 },
  unique: true,
  events: 14,
  read: (written, pick) => written.filter((_, i) => (pick >> i) % 4 !== 0),
};
const registers: Shape = {
  fs: { read: 4, write: 3 },
  keys: ['x', 'y'],
  unique: true,
  events: 20,
  read: anyOf,
};

const missing = (read: Operation, subject: Subject, write: Operation): boolean => {
  const { key, value } = subject.steps[read.id]![0]!;
  const [step] = subject.steps[write.id]!;
  if (step!.key !== key) return false;
  if (subject.kind === 'set') return !elementsOf(value).map(textOf).includes(textOf(step!.value));
  return new Versions(subject).of(key, value).until < write.start;
};

function someReadMisses(subject: Subject): boolean {
  const ok = subject.operations.filter(({ outcome }) => outcome === 'ok');
  const reads = ok.filter(({ f }) => f === 'read');
  return reads.some((read) =>
    ok.some((write) => write.f !== 'read' && write.end < read.start && missing(read, subject, write)),
  );
}

/** Set-full, word for word: known, then missing, and not there in any read that ended after that one began. */
function someElementIsLost(subject: Subject): boolean {
  const { operations, steps } = subject;
  const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
  const shows = (read: Operation, element: string): boolean =>
    elementsOf(steps[read.id]![0]!.value).map(textOf).includes(element);
  return operations.some((write) => {
    const element = textOf(write.input);
    const shown = reads.filter((read) => shows(read, element));
    if (write.f !== 'add') return false;
    if (write.outcome === 'fail') return shown.length > 0;
    if (write.outcome !== 'ok') return false;
    const known = Math.min(write.end, ...shown.map(({ end }) => end));
    return reads.some(
      (read) => read.start > known && !shows(read, element) && !shown.some((other) => other.end > read.start),
    );
  });
}

describeProperty(staleness, 'registers', registers, someReadMisses);
describeProperty(staleness, 'sets', sets, someReadMisses);

describeProperty(
  {
    ...lostWrites,
    // Never read is neither: here it counts as not lost.
    check: (subject, outOfTime) => {
      const finding = lostWrites.check(subject, outOfTime);
      return finding.verdict === 'unknown' ? { verdict: 'valid', seen: 0 } : finding;
    },
  },
  'sets',
  sets,
  someElementIsLost,
);
