import { describe, expect, test } from 'vitest';
import type { Checker } from '../../src/checkers/checker.ts';
import { judge } from '../../src/checkers/judge.ts';
import { readCommitted } from '../../src/checkers/read-committed.ts';
import { serializable } from '../../src/checkers/serializable.ts';
import { snapshotIsolation } from '../../src/checkers/snapshot-isolation.ts';
import { strictSerializable } from '../../src/checkers/strict-serializable.ts';
import { subjectOf } from '../../src/checkers/subject.ts';
import type { History } from '../../src/history/operation.ts';
import { inRealTime, someOrderExplains } from './brute.ts';
import { lanes } from './lanes.ts';
import { never } from './session-suite.ts';
import { snapshotsExplain, transactionHistories } from './transactions.ts';
import { fc } from '../support/property.ts';

const levels = [readCommitted, snapshotIsolation, serializable, strictSerializable] as const;

/** The anomaly each level is violated by, weakest first; `-` where it is valid. */
function anomalies(history: History): readonly string[] {
  const subject = subjectOf(history, { kind: 'list' });
  return levels.map((checker) => {
    const finding = judge(checker, subject, never);
    if (finding.verdict === 'unknown') return `unknown: ${finding.reason}`;
    if (finding.verdict === 'valid') return '-';
    for (const operation of finding.witness.operations) expect(history.operations).toContain(operation);
    return finding.witness.anomaly!;
  });
}

describe('twins', () => {
  const cases: readonly (readonly [what: string, expected: readonly string[], history: History])[] = [
    [
      'serial',
      ['-', '-', '-', '-'],
      lanes`
        1: |- append x 1, append y 1 -|
        2:                              |- read x → [1], append y 2 -|
        3:                                                             |- read y → [1 2] -|`,
    ],
    [
      'dirty write: two transactions write two keys in opposite orders (Adya 1999, G0)',
      ['G0', 'G0', 'G0', 'G0'],
      lanes`
        1: |- append x 1, append y 1 -|
        2: |- append x 2, append y 2 -|
        3:                              |- read x → [1 2], read y → [2 1] -|`,
    ],
    [
      'aborted read (Adya, G1a)',
      Array.from({ length: 4 }, () => 'G1a, aborted read'),
      lanes`
        1: |- append x 1, append y 1 -x
        2:                              |- read x → [1], read y → [] -|`,
    ],
    [
      'what is unknown and was read did happen',
      ['-', '-', '-', '-'],
      lanes`
        1: |- append x 1, append y 1 -?
        2:                              |- read x → [1], read y → [1] -|`,
    ],
    [
      'intermediate read (Adya, G1b)',
      Array.from({ length: 4 }, () => 'G1b, intermediate read'),
      lanes`
        1: |- append x 1, append x 2 -|
        2:      |- read x → [1] -|`,
    ],
    [
      'circular information flow (Adya, G1c)',
      ['G1c', 'G1c', 'G1c', 'G1c'],
      lanes`
        1: |- append x 1, read y → [1] -|
        2: |- append y 1, read x → [1] -|`,
    ],
    [
      'read skew (Berenson et al. 1995, A5A)',
      ['-', 'G-single', 'G-single', 'G-single'],
      lanes`
        1: |- read x → [], read y → [1] -|
        2: |- append x 1, append y 1 -|
        3:                                 |- read x → [1] -|`,
    ],
    [
      'lost update (Berenson et al. 1995, P4)',
      ['-', 'lost update', 'lost update', 'lost update'],
      lanes`
        1: |- read x → [], append x 1 -|
        2: |- read x → [], append x 2 -|
        3:                               |- read x → [1 2] -|`,
    ],
    [
      'write skew: legal under snapshot isolation (Berenson et al. 1995, A5B)',
      ['-', '-', 'G2-item', 'G2-item'],
      lanes`
        1: |- read x → [], append y 1 -|
        2: |- read y → [], append x 1 -|
        3:                               |- read x → [1], read y → [1] -|`,
    ],
    [
      'write skew whose writes nobody saw (elle-cli, list-append-anomaly-g2-item)',
      ['-', '-', 'G2-item', 'G2-item'],
      lanes`
        1: |- append x 1, read y → [] -|
        2: |- append y 1, read x → [] -|`,
    ],
    [
      'long fork: two readers disagree on the order of two writes (Sovran et al. 2011)',
      ['-', 'G-nonadjacent', 'G-nonadjacent', 'G-nonadjacent'],
      lanes`
        1: |- append x 1 -|
        2: |- append y 1 -|
        3: |- read x → [1], read y → [] -|
        4: |- read x → [], read y → [1] -|`,
    ],
    [
      'a transaction that does not see its own append (Elle, internal)',
      ['-', 'internal', 'internal', 'internal'],
      lanes`
        1: |- append x 1 -||- append x 2, read x → [1] -||- read x → [1 2] -|`,
    ],
    [
      'a read that is not repeatable',
      ['-', 'internal', 'internal', 'internal'],
      lanes`
        1: |- read x → [], read x → [1] -|
        2:       |- append x 1 -|`,
    ],
    [
      'lists of two orders (Elle, incompatible order)',
      Array.from({ length: 4 }, () => 'incompatible order'),
      lanes`
        1: |- append x 1 -||- read x → [1 2] -|
        2: |- append x 2 -||- read x → [2 1] -|`,
    ],
    [
      'serializable, and not strict: a stale read (Elle, G-single-realtime)',
      ['-', '-', '-', 'G-single-realtime'],
      lanes`
        1: |- append x 1 -|
        2:                  |- read x → [] -||- read x → [1] -|`,
    ],
    [
      'an acknowledged append that no later read shows',
      ['-', '-', '-', 'G-single-realtime'],
      lanes`
        1: |- append x 1 -||- append x 2 -|
        2:                                  |- read x → [1] -|`,
    ],
    [
      'the example of Elle’s paper (elle-cli, paper-example)',
      ['-', 'internal', 'internal', 'internal'].map((name, i) => (i === 0 ? 'G1c' : name)),
      lanes`
        1: |- append x 1, read y → [1] -||- read y → [1], read y → [] -|
        2: |- append y 1, read x → [1] -|`,
    ],
  ];
  test.for(cases)('%s', ([, expected, history]) => {
    expect(anomalies(history)).toEqual(expected);
  });

  test('of appends that no read shows, snapshot isolation may have to know the order', () => {
    const history = lanes`
      1: |- read x → [], append y 1 -|
      2: |- read y → [], append y 2, append x 3 -|`;
    expect(anomalies(history)).toEqual([
      '-',
      expect.stringContaining('unknown: it depends'),
      'G2-item',
      'G2-item',
    ]);
  });

  test('an element that was appended twice says nothing', () => {
    const history = lanes`
      1: |- append x 1 -||- append x 1 -||- read x → [1] -|`;
    expect(anomalies(history)[0]).toContain('unknown: an element was appended twice');
  });
});

describe('a second, slow implementation says the same', () => {
  const slow: readonly (readonly [string, Checker, (history: History) => boolean])[] = [
    [
      'serializable',
      serializable,
      (history) => someOrderExplains(subjectOf(history, { kind: 'list' }), () => false),
    ],
    [
      'strict serializable',
      strictSerializable,
      (history) => someOrderExplains(subjectOf(history, { kind: 'list' }), inRealTime),
    ],
    [
      'snapshot isolation',
      snapshotIsolation,
      (history) => snapshotsExplain(subjectOf(history, { kind: 'list' })),
    ],
  ];
  test.for(slow)('%s', { timeout: 60_000 }, ([, checker, explains]) => {
    const seen = { valid: 0, violated: 0, unknown: 0 };
    fc.assert(
      fc.property(transactionHistories, (history) => {
        const { verdict } = checker.check(subjectOf(history, { kind: 'list' }), never);
        const expected = explains(history) ? 'valid' : 'violated';
        seen[verdict] += 1;
        if (verdict === 'unknown' && checker === snapshotIsolation) return;
        expect(verdict).toBe(expected);
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(seen.valid, seen.violated), JSON.stringify(seen)).toBeGreaterThan(25);
    expect(seen.unknown, JSON.stringify(seen)).toBeLessThan(25);
  });

  test('each level forbids what the weaker ones forbid', () => {
    fc.assert(
      fc.property(transactionHistories, (history) => {
        const violated = levels.map(
          (checker) => checker.check(subjectOf(history, { kind: 'list' }), never).verdict === 'violated',
        );
        expect(violated).toEqual(violated.toSorted((a, b) => Number(a) - Number(b)));
      }),
      { numRuns: 1500 },
    );
  });
});
