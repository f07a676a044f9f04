import { describe, expect, test } from 'vitest';
import { deadline } from '../../src/checkers/checker.ts';
import { linearizable } from '../../src/checkers/linearizable.ts';
import { subjectOf, type Kind } from '../../src/checkers/subject.ts';
import type { History } from '../../src/history/operation.ts';
import { inRealTime, someOrderExplains } from './brute.ts';
import { lanes } from './lanes.ts';
import { oneOf, smallHistories, type Shape } from './small-histories.ts';
import { fc } from '../support/property.ts';

const never = (): boolean => false;
const verdictOf = (history: History, kind?: Kind): string =>
  linearizable.check(subjectOf(history, kind === undefined ? {} : { kind }), never).verdict;

describe('twins', () => {
  test.for([
    [
      'a read concurrent with the write may give the old value or the new (Kleppmann, DDIA 2017, figure 9-2)',
      'valid',
      lanes`
        1: |---------- write x=1 ----------|
        2: |- read x → nil -||- read x → 1 -|`,
    ],
    [
      'but once one read gave the new value, so must all that begin later (figure 9-3)',
      'violated',
      lanes`
        1: |------------------ write x=1 ------------------|
        2: |- read x → 1 -|
        3:                   |- read x → nil -|`,
    ],
    [
      'a stale read after an acknowledged write (Jepsen: etcd and Consul, 2014)',
      'violated',
      lanes`
        1: |- write x=1 -|
        2:                 |- read x → nil -|`,
    ],
    [
      'a compare-and-set that fails beside a write that is not done (DDIA, figure 9-4)',
      'valid',
      lanes`
        1: |- read x → nil -|  |-- write x=1 --|
        2:     |- write x=0 -|      |- cas x 0=>2 -x
        3:                         |- read x → 1 -|`,
    ],
    [
      'a value that was overwritten and comes back (figure 9-4, the last read of B)',
      'violated',
      lanes`
        1: |- write x=1 -|  |- cas x 1=>2 -|
        2:                                   |- read x → 2 -|
        3:                                                    |- read x → 1 -|`,
    ],
    [
      'both of two cas from the same value succeed (elle-cli, cas-fail.edn)',
      'violated',
      lanes`
        1: |- read → nil -|                    |- cas nil=>1 -|
        2:                  |- read → nil -|                    |- cas nil=>2 -|`,
    ],
    [
      'forward zones that overlap (Gibbons and Korach 1997)',
      'violated',
      lanes`
        1: |- write x=1 -|      |- read x → 2 -|
        2: |- write x=2 -|                        |- read x → 1 -|
        3:                 |- read x → 1 -|`,
    ],
    [
      'forward zones one after the other',
      'valid',
      lanes`
        1: |- write x=1 -|                 |- write x=2 -|
        2:                 |- read x → 1 -|                |- read x → 2 -|`,
    ],
    [
      'a list that shows what came first',
      'valid',
      lanes`
        1: |- append x 1 -|  |- append x 2 -|
        2:      |- read x → [1] -|            |- read x → [1 2] -|`,
    ],
    [
      'a list that forgets what was acknowledged',
      'violated',
      lanes`
        1: |- append x 1 -|  |- append x 2 -|
        2:                                    |- read x → [1] -|`,
    ],
  ] as const)('%s', ([, verdict, history]) => {
    expect(verdictOf(history)).toBe(verdict);
  });
});

describe('traps', () => {
  test.for([
    [
      'nil is a value like any other, no wildcard',
      'violated',
      lanes`
        1: |- write x=1 -|
        2:                 |- read x → nil -|`,
    ],
    [
      'an unknown write may take effect long after',
      'valid',
      lanes`
        1: |- write x=1 -?
        2:                 |- read x → nil -|  |- read x → 1 -|`,
    ],
    [
      'or never',
      'valid',
      lanes`
        1: |- write x=1 -?
        2:                 |- read x → nil -|  |- read x → nil -|`,
    ],
    [
      'but not before it began',
      'violated',
      lanes`
        1:                  |- write x=1 -?
        2: |- read x → 1 -|`,
    ],
    [
      'nor twice',
      'violated',
      lanes`
        1: |- write x=1 -?
        2:                 |- read x → 1 -|  |- write x=2 -|  |- read x → 1 -|`,
    ],
    [
      'what failed did not happen: who saw it read an aborted value',
      'violated',
      lanes`
        1: |- write x=1 -x
        2:                 |- read x → 1 -|`,
    ],
    [
      'a failed cas is dropped: it may have failed for another reason than its value',
      'valid',
      lanes`
        1: |- write x=1 -|  |- cas x 1=>2 -x  |- read x → 1 -|`,
    ],
    [
      'keys are objects of their own',
      'valid',
      lanes`
        1: |- write x=1 -|
        2:                 |- read y → nil -|`,
    ],
  ] as const)('%s', ([, verdict, history]) => {
    expect(verdictOf(history)).toBe(verdict);
  });

  test('initial values are part of the model', () => {
    const history = lanes`
      1: |- read x → 0 -|  |- write x=1 -|`;
    const by = (initial: 0 | null) => linearizable.check(subjectOf(history, { initial }), never).verdict;
    expect(by(0)).toBe('valid');
    expect(by(null)).toBe('violated');
  });
});

describe('a second, slow implementation says the same', () => {
  const list: Shape = {
    fs: { read: 4, append: 3 },
    unique: true,
    read: (written, pick) =>
      pick % 7 === 0 ? written.toReversed() : written.slice(0, written.length - (pick % 3)),
  };
  const shapes: readonly (readonly [string, Kind, Shape])[] = [
    ['unique values', 'register', { fs: { read: 4, write: 3 }, unique: true, read: oneOf }],
    ['two keys', 'register', { fs: { read: 4, write: 3 }, unique: true, keys: ['x', 'y'], read: oneOf }],
    ['values that repeat', 'register', { fs: { read: 4, write: 3 }, read: oneOf }],
    ['compare and set', 'cas-register', { fs: { read: 3, write: 2, cas: 3 }, read: oneOf }],
    ['lists', 'list', list],
    ['lists with elements that repeat', 'list', { ...list, unique: false }],
    ['sets', 'set', { ...list, fs: { read: 4, add: 3 }, unique: false }],
    [
      'counters',
      'counter',
      {
        fs: { read: 4, add: 3 },
        read: (written, pick) =>
          (written as readonly number[]).slice(0, written.length - (pick % 3)).reduce((sum, n) => sum + n, 0),
      },
    ],
  ];

  test.for(shapes)('%s', ([, kind, shape]) => {
    const seen = { valid: 0, violated: 0 };
    fc.assert(
      fc.property(smallHistories(shape), (history) => {
        const subject = subjectOf(history, { kind });
        const expected = someOrderExplains(subject, inRealTime) ? 'valid' : 'violated';
        seen[expected] += 1;
        const finding = linearizable.check(subject, never);
        expect(finding.verdict).toBe(expected);
        if (finding.verdict !== 'violated') return;
        // The witness is impossible by itself, once what others wrote is granted.
        expect(finding.witness.operations.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(seen.valid, seen.violated)).toBeGreaterThan(100);
  });
});

test('a search that has no time says so, and never guesses', () => {
  const shape: Shape = { fs: { write: 1 }, processes: 8, events: 60, read: oneOf };
  const [history] = fc.sample(smallHistories(shape), { numRuns: 1, seed: 1 });
  const finding = linearizable.check(subjectOf(history!), () => true);
  expect(finding).toMatchObject({ verdict: 'unknown', reason: expect.stringContaining('time budget') });
  expect(deadline(() => 0, 0)()).toBe(true);
});
