import { lostUpdates } from '../../src/checkers/lost-updates.ts';
import type { Subject } from '../../src/checkers/subject.ts';
import { textOf } from '../../src/history/value.ts';
import { lanes } from './lanes.ts';
import { describeProperty, describeTwins } from './session-suite.ts';
import { oneOf, type Shape } from './small-histories.ts';

describeTwins(lostUpdates, [
  [
    'two add to what they read, one after the other (Berenson et al. 1995, P4, as it should be)',
    'valid',
    lanes`
      1: |- read x → nil, write x=130 -|
      2:                                 |- read x → 130, write x=150 -|`,
  ],
  [
    'two add to the same (Berenson et al. 1995, H4)',
    'violated',
    lanes`
      1: |- read x → nil, write x=130 -|
      2: |- read x → nil, write x=120 -|`,
  ],
  [
    'a value that came twice may have been read twice',
    'unknown',
    lanes`
      1: |- write x=1 -||- read x → 1, write x=2 -||- write x=1 -||- read x → 1, write x=3 -|`,
  ],
  [
    'two cas from one value',
    'violated',
    lanes`
      1: |- write x=1 -||- cas x 1=>2 -||- cas x 1=>3 -|`,
  ],
  [
    'one of them failed',
    'valid',
    lanes`
      1: |- write x=1 -||- cas x 1=>2 -||- cas x 1=>3 -x`,
  ],
  [
    'lists: both appended to the same version (Elle, lost update)',
    'violated',
    lanes`
      1: |- read x → [], append x 1 -|
      2: |- read x → [], append x 2 -|`,
  ],
  [
    'a counter between its bounds (Jepsen, counter)',
    'valid',
    lanes`
      1: |- add 5 -||- add 1 -?|- read → 5 -||- read → 6 -|`,
  ],
  [
    'a counter that forgot what was acknowledged (Jepsen, counter)',
    'violated',
    lanes`
      1: |- add 5 -||- add 1 -||- read → 5 -|`,
  ],
  [
    'a counter that counted what failed',
    'violated',
    lanes`
      1: |- add 5 -||- add 1 -x|- read → 6 -|`,
  ],
  [
    'what is taken away may be counted before it is acknowledged',
    'valid',
    lanes`
      1: |- add 5 -||- add -2 -|
      2:           |- read → 3 -|`,
  ],
]);

const counters: Shape = {
  kind: 'counter',
  fs: { read: 3, add: 4 },
  events: 16,
  read: (written, pick) =>
    (written as readonly number[]).filter((_, i) => (pick >> i) % 5 !== 0).reduce((sum, n) => sum + n, 0),
};

function outOfBounds({ operations }: Subject): boolean {
  const adds = operations.filter(({ f, outcome }) => f === 'add' && outcome !== 'fail');
  const sum = (some: typeof adds): number => some.reduce((total, { input }) => total + Number(input), 0);
  return operations.some(({ f, outcome, output, start, end }) => {
    if (f !== 'read' || outcome !== 'ok') return false;
    const low = sum(adds.filter((add) => add.outcome === 'ok' && add.end < start));
    return Number(output) < low || Number(output) > sum(adds.filter((add) => add.start < end));
  });
}

const swaps: Shape = {
  kind: 'cas-register',
  fs: { write: 2, cas: 4 },
  unique: true,
  events: 20,
  read: oneOf,
};

/** Unique values: two that succeed from the same one, or one from a value that nobody wrote. */
function swappedTwice({ operations, steps }: Subject): boolean {
  const happened = operations.filter(({ outcome }) => outcome !== 'fail');
  const written = new Set(happened.flatMap(({ id }) => steps[id]!.map(({ value }) => textOf(value))));
  const from = happened
    .filter(({ f, outcome }) => f === 'cas' && outcome === 'ok')
    .map(({ input }) => textOf((input as readonly (number | null)[])[0]!));
  return from.some((value, i) => from.indexOf(value) !== i || (value !== 'null' && !written.has(value)));
}

describeProperty(lostUpdates, 'counters', counters, outOfBounds);
describeProperty(lostUpdates, 'cas', swaps, swappedTwice);
