import { describe, expect, test } from 'vitest';
import { causalConvergence } from '../../src/checkers/causal-convergence.ts';
import { causal } from '../../src/checkers/causal.ts';
import { judge } from '../../src/checkers/judge.ts';
import { sequential } from '../../src/checkers/sequential.ts';
import { subjectOf, type Subject } from '../../src/checkers/subject.ts';
import type { History, Operation } from '../../src/history/operation.ts';
import { textOf } from '../../src/history/value.ts';
import { inSession, someOrderExplains } from './brute.ts';
import { lanes } from './lanes.ts';
import { describeProperty, describeTwins, never } from './session-suite.ts';
import { anyOf, type Shape } from './small-histories.ts';

describe('the five examples of Bouajjani et al. 2017, figure 3', () => {
  const cases: readonly (readonly [
    what: string,
    causal: string,
    convergent: string,
    sequential: string,
    History,
  ])[] = [
    [
      '(a) causal memory, not convergent',
      'valid',
      'violated',
      'violated',
      lanes`
        1: |- write x=1 -||- read x → 2 -|
        2: |- write x=2 -||- read x → 1 -|`,
    ],
    [
      '(b) convergent, no causal memory',
      'valid',
      'valid',
      'violated',
      lanes`
        1: |- write z=1 -||- write x=1 -||- write y=1 -|
        2: |- write x=2 -||- read z → nil -||- read y → 1 -||- read x → 2 -|`,
    ],
    [
      '(c) causal, and neither',
      'valid',
      'violated',
      'violated',
      lanes`
        1: |- write x=1 -|
        2: |- write x=2 -||- read x → 1 -||- read x → 2 -|`,
    ],
    [
      '(d) all of them, and not sequential',
      'valid',
      'valid',
      'violated',
      lanes`
        1: |- write x=1 -||- read y → nil -||- write y=1 -||- read x → 1 -|
        2: |- write x=2 -||- read y → nil -||- write y=2 -||- read x → 2 -|`,
    ],
    [
      '(e) not causal',
      'violated',
      'violated',
      'violated',
      lanes`
        1: |- write x=1 -||- write y=1 -|
        2:                                |- read y → 1 -||- write x=2 -|
        3:                                                                |- read x → 2 -||- read x → 1 -|`,
    ],
  ];
  test.for(cases)('%s', ([, isCausal, converges, isSequential, history]) => {
    const verdict = (checker: typeof causal) => judge(checker, subjectOf(history), never).verdict;
    expect([verdict(causal), verdict(causalConvergence), verdict(sequential)]).toEqual([
      isCausal,
      converges,
      isSequential,
    ]);
  });
});

describeTwins(causal, [
  [
    'values that repeat do not say whose write was read',
    'unknown',
    lanes`
      1: |- write x=1 -||- write x=1 -|
      2:                                |- read x → 1 -|`,
  ],
  [
    'an unknown write that was read is known to who read it',
    'violated',
    lanes`
      1: |- write x=1 -||- write y=1 -?
      2:                                |- read y → 1 -||- read x → nil -|`,
  ],
  [
    'what a process does after an unknown write need not come after it',
    'valid',
    lanes`
      1: |- write x=1 -?|- write y=1 -|
      2:                                |- read y → 1 -||- read x → nil -||- read x → 1 -|`,
  ],
  [
    'two devices of one session',
    'violated',
    lanes`
      alice/1: |- write x=1 -|
      alice/2:                 |- write y=1 -|
      bob/3:                                   |- read y → 1 -||- read x → nil -|`,
  ],
]);

describeTwins(sequential, [
  [
    'both stores are in the other’s buffer (Lamport 1979; Dekker’s algorithm)',
    'violated',
    lanes`
      1: |- write x=1 -||- read y → nil -|
      2: |- write y=1 -||- read x → nil -|`,
  ],
  [
    'one of them is seen',
    'valid',
    lanes`
      1: |- write x=1 -||- read y → nil -|
      2: |- write y=1 -||- read x → 1 -|`,
  ],
  [
    'a read that is late in real time, and in order for its session (Attiya and Welch 1994)',
    'valid',
    lanes`
      1: |- write x=1 -|
      2:                 |- read x → nil -||- read x → 1 -|`,
  ],
  [
    'a read that goes back',
    'violated',
    lanes`
      1: |- write x=1 -|
      2:                 |- read x → 1 -||- read x → nil -|`,
  ],
  [
    'each key by itself is, both together are not (Herlihy and Wing 1990: it is no local property)',
    'violated',
    lanes`
      1: |- write x=1 -||- write y=1 -|                    |- read y → nil -|
      2: |- write y=2 -||- write x=2 -|                    |- read x → 1 -|
      3:                                |- read y → 2 -||- read y → 1 -|`,
  ],
  [
    'a counter that each session sees grow',
    'valid',
    lanes`
      1: |- add 1 -|                    |- read → 1 -|
      2:             |- read → 0 -||- add 2 -||- read → 3 -|`,
  ],
]);

/** By the definition: the causal order is what sessions and reads give, followed through and through. */
function badPattern({ operations, steps, initial }: Subject, converge: boolean): boolean {
  const all = operations.filter(({ outcome }) => outcome !== 'fail');
  const isWrite = ({ f }: Operation): boolean => f === 'write';
  const reads = all.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
  const shown = ({ id }: Operation): string => textOf(steps[id]![0]!.value);
  const writerOf = (read: Operation): Operation | undefined =>
    all.find((write) => isWrite(write) && write.key === read.key && textOf(write.input) === shown(read));
  const isThin = (read: Operation): boolean =>
    shown(read) !== textOf(initial) && writerOf(read) === undefined;
  if (reads.some(isThin)) return true;
  const order = closed(all, (a, b) => inSession(a, b) || (reads.includes(b) && writerOf(b) === a));
  if (all.some((one) => order(one, one))) return true;
  const bad = reads.some((read) =>
    all.some(
      (write) =>
        isWrite(write) &&
        write.key === read.key &&
        order(write, read) &&
        (writerOf(read) === undefined || order(writerOf(read)!, write)),
    ),
  );
  if (bad || !converge) return bad;
  const conflict = closed(
    all,
    (a, b) =>
      order(a, b) ||
      (isWrite(a) &&
        isWrite(b) &&
        a !== b &&
        reads.some((read) => read.key === a.key && writerOf(read) === b && order(a, read))),
  );
  return all.some((one) => conflict(one, one));
}

function closed(
  all: readonly Operation[],
  edge: (a: Operation, b: Operation) => boolean,
): (a: Operation, b: Operation) => boolean {
  const reach = new Map(all.map((a) => [a, new Set(all.filter((b) => edge(a, b)))]));
  for (const middle of all) {
    for (const a of all) {
      if (!reach.get(a)!.has(middle)) continue;
      for (const b of reach.get(middle)!) reach.get(a)!.add(b);
    }
  }
  return (a, b) => reach.get(a)!.has(b);
}

const registers: Shape = {
  fs: { read: 4, write: 3 },
  keys: ['x', 'y'],
  unique: true,
  events: 20,
  read: anyOf,
};

describeProperty(causal, 'registers', registers, (subject) => badPattern(subject, false));
describeProperty(causalConvergence, 'registers', registers, (subject) => badPattern(subject, true));

const noOrder = (subject: Subject): boolean => !someOrderExplains(subject, inSession);
describeProperty(sequential, 'registers', { ...registers, events: 16 }, noOrder);
describeProperty(sequential, 'values that repeat', { ...registers, unique: false, events: 14 }, noOrder);
describeProperty(sequential, 'cas', { ...registers, fs: { read: 3, write: 2, cas: 2 }, events: 14 }, noOrder);
describeProperty(
  sequential,
  'lists',
  {
    kind: 'list',
    fs: { read: 4, append: 3 },
    unique: true,
    events: 14,
    read: (written, pick) => written.slice(0, written.length - (pick % 3)),
  },
  noOrder,
);
