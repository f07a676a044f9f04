import type { Checker } from './checker.ts';
import { checkIsolation, levels } from './isolation.ts';

export const readCommitted: Checker = {
  name: 'read-committed',
  claim:
    'There are versions of each list such that no transaction reads what was aborted or half done, and none comes before itself by what it wrote and read (no G0, G1a, G1b, G1c).',
  source: 'Adya, Weak Consistency, 1999 (PL-2)',
  takes: ['list'],
  transactions: true,
  minimum: { count: 1, of: 'dependencies between transactions' },
  check: (subject, outOfTime) => checkIsolation(subject, levels.readCommitted, outOfTime),
};
