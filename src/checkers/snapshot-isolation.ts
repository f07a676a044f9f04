import type { Checker } from './checker.ts';
import { checkIsolation, levels } from './isolation.ts';

export const snapshotIsolation: Checker = {
  name: 'snapshot-isolation',
  claim:
    'Every transaction read from a snapshot, and of two that wrote the same list at the same time one did not commit (no G1, no cycle without two anti-dependencies in a row).',
  source: 'Berenson et al. 1995; Cerone and Gotsman, Analysing Snapshot Isolation, 2018',
  takes: ['list'],
  transactions: true,
  minimum: { count: 1, of: 'dependencies between transactions' },
  check: (subject, outOfTime) => checkIsolation(subject, levels.snapshotIsolation, outOfTime),
};
