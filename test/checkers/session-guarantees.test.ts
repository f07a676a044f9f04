import { monotonicReads } from '../../src/checkers/monotonic-reads.ts';
import { readYourWrites } from '../../src/checkers/read-your-writes.ts';
import { elementsOf, type Subject } from '../../src/checkers/subject.ts';
import { isOlder, Versions } from '../../src/checkers/versions.ts';
import type { Operation } from '../../src/history/operation.ts';
import { textOf, type Value } from '../../src/history/value.ts';
import { lanes } from './lanes.ts';
import { describeProperty, describeTwins, sameSession } from './session-suite.ts';
import { oneOf, type Shape } from './small-histories.ts';

describeTwins(readYourWrites, [
  [
    'a comment that is there when its author looks again (DDIA 2017, figure 5-3, as it should be)',
    'valid',
    lanes`
      1: |- write comment=hi @n1 -||- read comment → hi @n2 -|`,
  ],
  [
    'a comment that is gone when its author looks again (DDIA 2017, figure 5-3)',
    'violated',
    lanes`
      1: |- write comment=hi @n1 -||- read comment → nil @n2 -|`,
  ],
  [
    'somebody else may see the old one',
    'valid',
    lanes`
      1: |- write x=1 -|                   |- read x → 1 -|
      2:                 |- read x → nil -|`,
  ],
  [
    'one of another that came later is newer, not lost',
    'valid',
    lanes`
      1: |- write x=1 -|                |- read x → 2 -|
      2:         |- write x=2 -|`,
  ],
  [
    'on two devices (Terry et al.: a guarantee is given to a session, whoever works in it)',
    'violated',
    lanes`
      alice/1: |- write x=1 -|
      alice/2:                 |- read x → nil -|`,
  ],
  [
    'an unknown write promises nothing',
    'unknown',
    lanes`
      1: |- write x=1 -?  |- read x → nil -|`,
  ],
  [
    'a set without what one added',
    'violated',
    lanes`
      1: |- add 1 -|  |- read → [2] -|
      2: |- add 2 -|`,
  ],
]);

describeTwins(monotonicReads, [
  [
    'a comment that appears and stays (DDIA 2017, figure 5-4, as it should be)',
    'valid',
    lanes`
      1: |- write comment=hi -|
      2:   |- read comment → nil -|  |- read comment → hi -|  |- read comment → hi -|`,
  ],
  [
    'a comment that appears and disappears (DDIA 2017, figure 5-4)',
    'violated',
    lanes`
      1: |- write comment=hi -|
      2:                        |- read comment → hi @n1 -|  |- read comment → nil @n2 -|`,
  ],
  [
    'each user by itself may be behind',
    'valid',
    lanes`
      1: |- write x=1 -|
      2:                 |- read x → 1 -|                    |- read x → 1 -|
      3:                                  |- read x → nil -|                 |- read x → nil -|`,
  ],
  [
    'two concurrent writes have no order, until one has been seen replaced',
    'violated',
    lanes`
      1: |- write x=1 -|
      2: |- write x=2 -|
      3:                 |- read x → 1 -|  |- read x → 2 -|  |- read x → 1 -|`,
  ],
  [
    'a list that shrinks',
    'violated',
    lanes`
      1: |- append x 1 -|  |- append x 2 -|
      2:                                    |- read x → [1 2] -|  |- read x → [1] -|`,
  ],
  [
    'one read of a session shows nothing',
    'unknown',
    lanes`
      1: |- write x=1 -|  |- read x → 1 -|`,
  ],
]);

const registers: Shape = {
  fs: { read: 5, write: 2 },
  keys: ['x', 'y'],
  unique: true,
  events: 24,
  read: oneOf,
};
const repeating: Shape = { ...registers, unique: false, fs: { read: 5, write: 2, cas: 1 } };
const sets: Shape = {
  kind: 'set',
  fs: { read: 4, add: 3 },
  unique: true,
  events: 20,
  read: (written, pick) => written.filter((_, i) => (pick + i) % 5 !== 0),
};

/** Every pair of operations of one session, and every pair of their steps on one key. */
function somePair(
  subject: Subject,
  bad: (a: Operation, aStep: Subject['steps'][number][number], b: Operation, value: Value) => boolean,
): boolean {
  const ok = subject.operations.filter(({ outcome }) => outcome === 'ok');
  return ok.some((a) =>
    ok.some(
      (b) =>
        sameSession(a, b) &&
        subject.steps[a.id]!.some((aStep) =>
          subject.steps[b.id]!.some((bStep) => {
            const shown = bStep.kind === 'cas' ? bStep.from : bStep.value;
            const reads = bStep.kind === 'read' || bStep.kind === 'cas';
            return reads && aStep.key === bStep.key && bad(a, aStep, b, shown);
          }),
        ),
    ),
  );
}

function missesOwnWrite(subject: Subject): boolean {
  const versions = new Versions(subject);
  return somePair(subject, (write, step, _read, value) => {
    if (step.kind === 'read') return false;
    if (subject.kind === 'set') return !elementsOf(value).map(textOf).includes(textOf(step.value));
    return versions.of(step.key, value).until < write.start;
  });
}

function goesBack(subject: Subject): boolean {
  const versions = new Versions(subject);
  const shownIn = (step: Subject['steps'][number][number]): Value | undefined =>
    step.kind === 'cas' ? step.from : step.kind === 'read' ? step.value : undefined;
  return somePair(subject, (first, step, last, value) => {
    const before = shownIn(step);
    if (before === undefined) return false;
    if (subject.kind === 'set') {
      return elementsOf(before).some((element) => !elementsOf(value).map(textOf).includes(textOf(element)));
    }
    if (isOlder(versions.of(step.key, value), versions.of(step.key, before))) return true;
    // The same value again, with another between.
    const once = versions.of(step.key, value);
    const isOne = once.writers.length === 1 ? once.from >= 0 : once.until === -1;
    if (!isOne || textOf(before) !== textOf(value)) return false;
    return subject.operations.some(
      (between) =>
        between.outcome === 'ok' &&
        sameSession(first, between) &&
        sameSession(between, last) &&
        subject.steps[between.id]!.some((other) => {
          const shown = shownIn(other);
          return other.key === step.key && shown !== undefined && textOf(shown) !== textOf(value);
        }),
    );
  });
}

describeProperty(readYourWrites, 'registers', registers, missesOwnWrite);
describeProperty(readYourWrites, 'values that repeat', repeating, missesOwnWrite);
describeProperty(readYourWrites, 'sets', sets, missesOwnWrite);
describeProperty(monotonicReads, 'registers', registers, goesBack);
describeProperty(monotonicReads, 'values that repeat', repeating, goesBack);
describeProperty(monotonicReads, 'sets', sets, goesBack);
