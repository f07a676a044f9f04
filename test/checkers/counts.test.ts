import { expect, test } from 'vitest';
import { monotonicReads } from '../../src/checkers/monotonic-reads.ts';
import { readYourWrites } from '../../src/checkers/read-your-writes.ts';
import { staleness } from '../../src/checkers/staleness.ts';
import { subjectOf, type Subject } from '../../src/checkers/subject.ts';
import { Versions } from '../../src/checkers/versions.ts';
import { visibleAfter } from '../../src/checkers/visibility.ts';
import type { Operation } from '../../src/history/operation.ts';
import { fc } from '../support/property.ts';
import { lanes } from './lanes.ts';
import { never } from './session-suite.ts';
import { oneOf, smallHistories } from './small-histories.ts';

const histories = smallHistories({
  fs: { read: 3, write: 2 },
  keys: ['x', 'y'],
  unique: true,
  events: 30,
  read: oneOf,
});

/** Acknowledged writes of its key that had ended before a read began, and are newer than what it saw. */
function missedBy(read: Operation, { operations }: Subject, versions: Versions): readonly Operation[] {
  const { until } = versions.of(read.key!, read.output);
  return operations.filter(
    ({ f, key, outcome, start, end }) =>
      f === 'write' && key === read.key && outcome === 'ok' && end < read.start && start > until,
  );
}

test('every violation is counted, as a slow second implementation counts', () => {
  let stale = 0;
  fc.assert(
    fc.property(histories, (history) => {
      const subject = subjectOf(history, { kind: 'register' });
      const versions = new Versions(subject);
      const reads = subject.operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
      const missed = reads.map((read) => ({ read, writes: missedBy(read, subject, versions) }));
      const count = (fits: (one: (typeof missed)[number]) => boolean): number => missed.filter(fits).length;
      const any = count(({ writes }) => writes.length > 0);
      const own = count(({ read, writes }) => writes.some(({ session }) => session === read.session));
      expect(staleness.check(subject, never).figures?.['stale'] ?? 0).toBe(any);
      expect(readYourWrites.check(subject, never).figures?.['missing']).toBe(own);
      stale += any;
    }),
  );
  expect(stale).toBeGreaterThan(30);
});

test('how long a write was missed: the latest read that did says so, of every write that was read after', () => {
  let late = 0;
  fc.assert(
    fc.property(histories, (history) => {
      const subject = subjectOf(history, { kind: 'register' });
      const versions = new Versions(subject);
      const reads = subject.operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
      const times = subject.operations
        .filter(({ f, outcome }) => f === 'write' && outcome === 'ok')
        .filter((write) => reads.some(({ key, start }) => key === write.key && write.end < start))
        .map((write) => {
          const missing = reads.filter((read) => missedBy(read, subject, versions).includes(write));
          return Math.max(0, ...missing.map(({ startMs }) => startMs! - write.endMs!));
        });
      const ascending = (a: number, b: number): number => a - b;
      expect(visibleAfter(subject, never)?.toSorted(ascending)).toEqual(times.toSorted(ascending));
      late += times.filter((ms) => ms > 0).length;
    }),
  );
  expect(late).toBeGreaterThan(30);
});

test('reads that went backwards are counted one by one', () => {
  const history = lanes`
    1: |- write x=1 -|  |- write x=2 -|
    2:                                  |- read x → 2 -| |- read x → 1 -| |- read x → nil -| |- read x → 2 -|`;
  expect(monotonicReads.check(subjectOf(history), never).figures).toEqual({ rereads: 3, backwards: 2 });
});

test('how long sets were stale is not told by write', () => {
  const history = lanes`
    1: |- add 1 -|  |- read → [1] -|`;
  expect(visibleAfter(subjectOf(history), never)).toBeNull();
});
