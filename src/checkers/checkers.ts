import { causal } from './causal.ts';
import { causalConvergence } from './causal-convergence.ts';
import type { Checker } from './checker.ts';
import { consistentPrefix } from './consistent-prefix.ts';
import { convergence } from './convergence.ts';
import { linearizable } from './linearizable.ts';
import { lostWrites } from './lost-writes.ts';
import { lostUpdates } from './lost-updates.ts';
import { monotonicReads } from './monotonic-reads.ts';
import { monotonicWrites } from './monotonic-writes.ts';
import { readYourWrites } from './read-your-writes.ts';
import { readCommitted } from './read-committed.ts';
import { sequential } from './sequential.ts';
import { serializable } from './serializable.ts';
import { snapshotIsolation } from './snapshot-isolation.ts';
import { staleness } from './staleness.ts';
import { strictSerializable } from './strict-serializable.ts';
import { writesFollowReads } from './writes-follow-reads.ts';

/** Every claim that can be checked, the strong ones first. */
export const checkers: readonly Checker[] = [
  linearizable,
  sequential,
  causalConvergence,
  causal,
  strictSerializable,
  serializable,
  snapshotIsolation,
  readCommitted,
  readYourWrites,
  monotonicReads,
  monotonicWrites,
  writesFollowReads,
  consistentPrefix,
  lostWrites,
  lostUpdates,
  convergence,
  staleness,
];
