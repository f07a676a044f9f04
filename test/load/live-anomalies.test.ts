import { expect, test } from 'vitest';
import { readYourWrites } from '../../src/checkers/read-your-writes.ts';
import { staleness } from '../../src/checkers/staleness.ts';
import { subjectOf } from '../../src/checkers/subject.ts';
import { createLiveAnomalies } from '../../src/load/live-anomalies.ts';
import { never } from '../checkers/session-suite.ts';
import { oneOf, smallHistories } from '../checkers/small-histories.ts';
import { fc } from '../support/property.ts';

const shape = { fs: { read: 3, write: 2 }, keys: ['x', 'y'], unique: true, events: 30, read: oneOf };

test('what is counted as it is met is what the checkers count in the end', () => {
  let stale = 0;
  fc.assert(
    fc.property(smallHistories(shape), (history) => {
      const live = createLiveAnomalies();
      const ended = history.operations.filter(({ outcome }) => outcome === 'ok');
      for (const operation of ended.toSorted((a, b) => a.end - b.end))
        live.done(operation, operation.f === 'read');
      const subject = subjectOf(history, { kind: 'register' });
      expect(live.staleReads).toBe(staleness.check(subject, never).figures?.['stale'] ?? 0);
      expect(live.ownWritesMissing).toBe(readYourWrites.check(subject, never).figures?.['missing']);
      stale += live.staleReads;
    }),
  );
  expect(stale).toBeGreaterThan(30);
});
