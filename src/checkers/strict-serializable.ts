import type { Checker } from './checker.ts';
import { checkIsolation, levels } from './isolation.ts';

export const strictSerializable: Checker = {
  name: 'strict-serializable',
  claim:
    'Some order of the transactions explains every read, in which none comes after one that began when it had ended.',
  source: 'Herlihy and Wing 1990; Kingsbury and Alvaro, Elle, 2020',
  takes: ['list'],
  transactions: true,
  minimum: { count: 1, of: 'dependencies between transactions' },
  check: (subject, outOfTime) => checkIsolation(subject, levels.strictSerializable, outOfTime),
};
