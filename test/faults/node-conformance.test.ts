import { describe, expect, test } from 'vitest';
import type { NodeFaultName } from '../../src/faults/fault.ts';
import { faultKinds } from '../../src/faults/faults.ts';
import { subjects, type Subject } from './node-subject.ts';

type Check = (of: (typeof subjects)[string], text: string) => Promise<void>;
type NodeCheck = (node: Subject) => Promise<void>;

/** What a fault must have hit, all of it, and how often; `true`: at least once. */
type Hits = Readonly<Record<string, number | true>>;

/**
 * What each fault on a node does, checked at the node process and at the simulated node alike. A new kind does
 * not compile without a row. Times have bounds that no busy machine can break: nothing is faster than it may be.
 */
const examples: Record<NodeFaultName, readonly (readonly [text: string, check: Check])[]> = {
  skew: [
    ['skew n1 --offset 5s', living(clockIsWrongBy(5000), { stamps: true })],
    ['skew n1 --offset -250ms', living(clockIsWrongBy(-250), { stamps: true })],
    ['skew n1 --offset 1h --drift -1%', living(clockIsWrongBy(3_600_000, 100), { stamps: true })],
    ['skew n1 --drift 50%', living(calendarGains(0.5), { stamps: true })],
    ['skew n1 --drift -90%', living(calendarGains(-0.9), { stamps: true })],
    ['skew n1 --monotonic-drift 80%', living(runsAt(1.8), { timers: true })],
    ['skew n1 --monotonic-drift -80%', living(runsAt(0.2), { timers: true })],
    ['skew n1 --offset 5s --monotonic-drift 80%', living(runsAt(1.8, 5000), { stamps: true, timers: true })],
  ],
  limit: [
    ['limit n1 50/s', living(takesAtLeast(10, 9 * 20), { requests: 10, delayed: 9, waitMs: true })],
    ['limit n1 5/s', living(takesAtLeast(2, 200), { requests: 2, delayed: 1, waitMs: true })],
  ],
  disk: [
    ['disk n1 slow 50ms', living(takesAtLeast(1, 50), { commits: 1, waitMs: 50 })],
    ['disk n1 full', living(refuses, { refused: true })],
    ['disk n1 lose-unsynced', losesAtKill],
  ],
};

/** Puts the fault on a node, looks at what it does and has hit, and that nothing of it is left once it is healed. */
function living(check: NodeCheck, hits: Hits): Check {
  return async ({ node: make }, text) => {
    const node = await make();
    await node.faults(text);
    await check(node);
    const counted = node.hits();
    expect(Object.keys(counted).toSorted()).toEqual(Object.keys(hits).toSorted());
    for (const [what, count] of Object.entries(hits)) {
      if (count === true) expect(counted[what], what).toBeGreaterThan(0);
      else expect(counted[what], what).toBe(count);
    }
    await node.faults();
    await clockIsWrongBy(0)(node);
    await runsAt(1)(node);
    expect((await node.put(3)).outcomes).toEqual(['ok', 'ok', 'ok']);
    expect(node.hits()).toEqual({});
  };
}

/** What was there when the fault began stays; of what came after, a kill takes the newest. */
async function losesAtKill({ mortal: make }: (typeof subjects)[string], text: string): Promise<void> {
  // Each kill draws how much it takes, which may be nothing.
  for (let seed = 1; seed <= 20; seed += 1) {
    const node = await make(seed);
    await node.put('before');
    await node.fault(text);
    for (let n = 0; n < 8; n += 1) await node.put(`k${n}`);
    expect(await node.keys()).toBe(9);
    const lost = await node.kill();
    expect(await node.hits()).toMatchObject({ kills: 1, lostCommits: lost });
    await node.start();
    expect(await node.keys()).toBe(9 - lost);
    if (lost > 0) return;
  }
  expect.fail('twenty kills took nothing');
}

/** To a millisecond, since calendars show whole ones; `driftMs`: and what it may have drifted meanwhile. */
function clockIsWrongBy(ms: number, driftMs = 0): NodeCheck {
  return async (node) => {
    const [least, most] = await node.clockErrorMs();
    expect(least).toBeLessThanOrEqual(ms + 1 + driftMs);
    expect(most).toBeGreaterThanOrEqual(ms - 1 - driftMs);
  };
}

/** What it gains over time of the machine, which is known to lie between two looks at it on either side. */
async function gain(
  node: Subject,
  read: () => Promise<readonly [least: number, most: number]>,
): Promise<{ readonly own: readonly [number, number]; readonly machine: readonly [number, number] }> {
  const before = node.machineMs();
  const [leastFrom, mostFrom] = await read();
  const from = node.machineMs();
  await node.elapse(60);
  const to = node.machineMs();
  const [leastTo, mostTo] = await read();
  const after = node.machineMs();
  return { own: [leastTo - mostFrom, mostTo - leastFrom], machine: [to - from, after - before] };
}

/** The calendar goes wrong by so much of each ms; to two milliseconds, since it shows whole ones. */
function calendarGains(drift: number): NodeCheck {
  return async (node) => {
    const { own, machine } = await gain(node, () => node.clockErrorMs());
    const [least, most] = machine.map((ms) => ms * drift).toSorted((a, b) => a - b) as [number, number];
    expect(own[1]).toBeGreaterThanOrEqual(least - 2);
    expect(own[0]).toBeLessThanOrEqual(most + 2);
  };
}

/** The monotonic clock does so many ms to each of the machine's; the calendar is off by `errorMs` and stays so. */
function runsAt(rate: number, errorMs = 0): NodeCheck {
  return async (node) => {
    const { own, machine } = await gain(node, () => {
      const now = node.nowMs();
      return Promise.resolve([now, now] as const);
    });
    expect(own[0]).toBeGreaterThanOrEqual(machine[0] * rate - 0.001);
    expect(own[1]).toBeLessThanOrEqual(machine[1] * rate + 0.001);
    await clockIsWrongBy(errorMs)(node);
    expect((await node.put(1)).outcomes).toEqual(['ok']);
  };
}

function takesAtLeast(times: number, leastMs: number): NodeCheck {
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

  test.for(rows)('%s', { timeout: 60_000 }, async ([text, check]) => {
    expect.hasAssertions();
    await check(subjects[name]!, text);
  });

  test('faults on one node at once: each does its part', async () => {
    const node = await subjects[name]!.node();
    await node.faults('limit n1 50/s', 'disk n1 slow 60ms', 'skew n1 --offset 5s');
    await takesAtLeast(3, 60)(node);
    const [least, most] = await node.clockErrorMs();
    expect(least <= 5001 && most >= 4999).toBe(true);
  });

  test('the monotonic clock changes its rate and never jumps', async () => {
    const node = await subjects[name]!.node();
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
