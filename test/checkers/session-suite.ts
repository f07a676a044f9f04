import { describe, expect, test } from 'vitest';
import type { Checker } from '../../src/checkers/checker.ts';
import { judge } from '../../src/checkers/judge.ts';
import { subjectOf, type Subject } from '../../src/checkers/subject.ts';
import type { History, Operation } from '../../src/history/operation.ts';
import { smallHistories, type Shape } from './small-histories.ts';
import { fc } from '../support/property.ts';

export type Twin = readonly [what: string, verdict: 'valid' | 'violated' | 'unknown', history: History];

export const never = (): boolean => false;

export function describeTwins(checker: Checker, twins: readonly Twin[]): void {
  describe(`${checker.name}: twins`, () => {
    test.for(twins)('%s', ([, verdict, history]) => {
      const finding = judge(checker, subjectOf(history), never);
      expect(finding.verdict, JSON.stringify(finding)).toBe(verdict);
      if (finding.verdict !== 'violated') return;
      expect(finding.witness.why.length).toBeGreaterThan(0);
      for (const operation of finding.witness.operations) expect(history.operations).toContain(operation);
    });
  });
}

/** The checker and a slow, obvious one say the same of many small histories, and say both often. */
export function describeProperty(
  checker: Checker,
  what: string,
  shape: Shape,
  violates: (subject: Subject) => boolean,
  numRuns = 1000,
): void {
  test(`${checker.name}: a second, slow implementation says the same: ${what}`, () => {
    const seen = { valid: 0, violated: 0 };
    fc.assert(
      fc.property(smallHistories(shape), (history) => {
        const subject = subjectOf(history, shape.kind === undefined ? {} : { kind: shape.kind });
        const expected = violates(subject) ? 'violated' : 'valid';
        const { verdict } = checker.check(subject, never);
        expect(verdict).toBe(expected);
        seen[expected] += 1;
      }),
      { numRuns },
    );
    expect(Math.min(seen.valid, seen.violated), JSON.stringify(seen)).toBeGreaterThan(numRuns / 50);
  });
}

export function sameSession(a: Operation, b: Operation): boolean {
  return a.session === b.session && a.end < b.start;
}
