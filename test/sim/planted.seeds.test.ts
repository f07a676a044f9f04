import { expect, test } from 'vitest';
import { runSeed } from '../../src/sim/run.ts';
import { planted } from './planted.ts';

const mode = 'single-leader';
/** Within so many seeds each bug must be found; most are in the first few. */
const seeds = 240;

// A simulator that finds nothing proves nothing until it is seen to find something.
test.for(planted)('finds: $bug', ({ parts, caughtBy }) => {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure, replay } = runSeed({ mode, seed }, seed, parts);
    if (failure === null) continue;
    expect(failure.invariant, replay).toMatch(caughtBy);
    expect(failure.tail.length).toBeGreaterThan(0);
    return;
  }
  expect.unreachable(`not found in ${seeds} seeds`);
});
