import { expect, test } from 'vitest';
import { readLimits, refuseTooLowLimits } from '../../src/supervisor/machine-limits.ts';

test('a cluster that would break down as it comes up is refused, with what it needs', () => {
  const none = { openFiles: null, processes: null };
  for (const nodes of [0, 1, 3, 64]) refuseTooLowLimits(nodes, none);
  refuseTooLowLimits(3, { openFiles: 1024, processes: 100 });
  expect(() => refuseTooLowLimits(64, { ...none, openFiles: 1024 })).toThrow(/limit on open files/);
  expect(() => refuseTooLowLimits(20, { ...none, processes: 100 })).toThrow(/limit on processes/);
});

test('the limits of this process', () => {
  const { openFiles, processes } = readLimits();
  for (const limit of [openFiles, processes]) expect(limit === null || limit > 10).toBe(true);
});
