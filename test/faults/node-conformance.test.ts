import { describe, expect, test } from 'vitest';
import type { NodeFaultName } from '../../src/faults/fault.ts';
import { faultKinds } from '../../src/faults/faults.ts';
import { subjects, type Subject } from './node-subject.ts';

type Check = (node: Subject, text: string) => Promise<void>;

/**
 * What each fault on a node does, checked at the node process and at the simulated node alike. A new kind does
 * not compile without a row. Times have bounds that no busy machine can break: nothing is faster than it may be.
 */
const examples: Record<NodeFaultName, readonly (readonly [text: string, check: Check])[]> = {
  skew: [
    ['skew n1 --offset 5s', clockIsWrongBy(5000)],
    ['skew n1 --offset -250ms', clockIsWrongBy(-250)],
    ['skew n1 --offset 1h --drift -1%', clockIsWrongBy(3_600_000, 100)],
    ['skew n1 --monotonic-drift 80%', clockIsWrongBy(0)],
  ],
  limit: [
    ['limit n1 50/s', takesAtLeast(10, 9 * 20)],
    ['limit n1 5/s', takesAtLeast(2, 200)],
  ],
  disk: [
    ['disk n1 slow 50ms', takesAtLeast(1, 50)],
    ['disk n1 full', refuses],
    ['disk n1 lose-unsynced', takesAtLeast(1, 0)],
  ],
};

/** To a millisecond, since calendars show whole ones; `driftMs`: and what it may have drifted meanwhile. */
function clockIsWrongBy(ms: number, driftMs = 0): Check {
  return async (node) => {
    const [least, most] = await node.clockErrorMs();
    expect(least).toBeLessThanOrEqual(ms + 1 + driftMs);
    expect(most).toBeGreaterThanOrEqual(ms - 1 - driftMs);
  };
}

function takesAtLeast(times: number, leastMs: number): Check {
  return async (node) => {
    const { outcomes, ms } = await node.put(times);
    expect(outcomes).toEqual(Array.from({ length: times }, () => 'ok'));
    expect(ms).toBeGreaterThanOrEqual(leastMs - 1);
  };
}

async function refuses(node: Subject): Promise<void> {
  expect((await node.put(2)).outcomes).toEqual(['refused turn-failed', 'refused turn-failed']);
}

const kinds = Object.keys(examples) as NodeFaultName[];

describe.for(Object.keys(subjects))('%s', (name) => {
  const rows = kinds.flatMap((kind) => examples[kind]);

  test.for(rows)('%s', async ([text, check]) => {
    const node = await subjects[name]!();
    await node.faults(text);
    await check(node, text);
    await node.faults();
    await clockIsWrongBy(0)(node, text);
    expect((await node.put(3)).outcomes).toEqual(['ok', 'ok', 'ok']);
  });

  test('faults on one node at once: each does its part', async () => {
    const node = await subjects[name]!();
    await node.faults('limit n1 50/s', 'disk n1 slow 60ms', 'skew n1 --offset 5s');
    await takesAtLeast(3, 60)(node, '');
    const [least, most] = await node.clockErrorMs();
    expect(least <= 5001 && most >= 4999).toBe(true);
  });

  test('the monotonic clock changes its rate and never jumps', async () => {
    const node = await subjects[name]!();
    const times: number[] = [];
    for (const text of ['skew n1 --monotonic-drift 80%', 'skew n1 --monotonic-drift -80%', null]) {
      await node.faults(...(text === null ? [] : [text]));
      times.push(node.nowMs());
      await node.put(1);
      times.push(node.nowMs());
    }
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

test.for(kinds)('the usage of %s says what it is', (kind) => {
  expect(faultKinds[kind].usage).toMatch(new RegExp(`^${kind} n1 `));
});
