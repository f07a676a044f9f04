import type { Checker } from './checker.ts';
import { checkIsolation, levels } from './isolation.ts';

export const serializable: Checker = {
  name: 'serializable',
  claim:
    'Some order of the transactions, one after the other, explains every read (no G0, G1, G-single, G2-item).',
  source: 'Adya, Weak Consistency, 1999 (PL-3); Kingsbury and Alvaro, Elle, 2020',
  takes: ['list'],
  transactions: true,
  minimum: { count: 1, of: 'dependencies between transactions' },
  check: (subject, outOfTime) => checkIsolation(subject, levels.serializable, outOfTime),
};
