import { describe, expect, test } from 'vitest';
import { createPace } from '../../src/load/pace.ts';

const plan = { ratePerS: 100, forMs: null, ops: null, clients: 2, pipeline: 1 };
const going = new AbortController().signal;
const many = 1_000_000;

describe('with a rate', () => {
  test('slots take turns at even times, and who is late is told when it was due', async () => {
    const pace = createPace(plan, () => 1000, going, many);
    const due = [];
    for (let i = 0; i < 3; i += 1) due.push(await pace.next(0), await pace.next(1));
    expect(due).toEqual([0, 10, 20, 30, 40, 50]);
  });

  test('a slot that slept counts from when it woke', async () => {
    let now = 0;
    const pace = createPace(plan, () => (now += 4), going, many);
    expect(await pace.next(1)).toBe(8);
  });

  test('what was due before the end and could not be begun is counted', async () => {
    let now = 0;
    const pace = createPace({ ...plan, forMs: 100 }, () => now, going, many);
    expect(await pace.next(0)).toBe(0);
    expect(pace.notBegun()).toBe(0);
    now = 100;
    // Due at 20, 40, 60 and 80 in the first slot; at 10, 30, 50, 70 and 90 in the other.
    expect([await pace.next(0), await pace.next(1)]).toEqual([null, null]);
    expect(pace.notBegun()).toBe(9);
  });

  test('what is due after the end is not begun, and nor is anything once it is stopped', async () => {
    const pace = createPace({ ...plan, forMs: 25 }, () => 20, going, many);
    expect([await pace.next(0), await pace.next(0), await pace.next(0)]).toEqual([0, 20, null]);
    const stopped = createPace(plan, () => 1000, AbortSignal.abort(), many);
    expect(await stopped.next(0)).toBeNull();
  });
});

test('without one, each begins when it asks; and there are no more than were asked for', async () => {
  let now = 0;
  const pace = createPace({ ...plan, ratePerS: null, ops: 3 }, () => (now += 1), going, many);
  expect([await pace.next(0), await pace.next(0), await pace.next(1), await pace.next(1)]).toEqual([
    1,
    3,
    5,
    null,
  ]);
});

test('nor more than can be kept', async () => {
  const pace = createPace({ ...plan, ratePerS: null }, () => 1, going, 2);
  expect([await pace.next(0), await pace.next(1), await pace.next(0)]).toEqual([1, 1, null]);
});
