import type { Checker } from './checker.ts';
import { consistentPrefix } from './consistent-prefix.ts';
import { convergence } from './convergence.ts';
import { linearizable } from './linearizable.ts';
import { lostWrites } from './lost-writes.ts';
import { monotonicReads } from './monotonic-reads.ts';
import { monotonicWrites } from './monotonic-writes.ts';
import { readYourWrites } from './read-your-writes.ts';
import { staleness } from './staleness.ts';
import { writesFollowReads } from './writes-follow-reads.ts';

/** Every claim that can be checked, the strong ones first. */
export const checkers: readonly Checker[] = [
  linearizable,
  readYourWrites,
  monotonicReads,
  monotonicWrites,
  writesFollowReads,
  consistentPrefix,
  lostWrites,
  convergence,
  staleness,
];
