import { describe, expect, test } from 'vitest';
import {
  addSample,
  behindMs,
  isCaughtUp,
  lagOf,
  newestLeader,
  type LeaderHistory,
} from '../../src/supervisor/lag.ts';
import { ballot, statusOf } from './observed.ts';

const e1 = ballot(1, 'n1');
const e2 = ballot(2, 'n2');

/** A history of epoch 1@n1: [when, index]. */
function historyOf(...samples: readonly (readonly [number, number])[]): LeaderHistory {
  return samples.reduce<LeaderHistory>(
    (history, [atMs, index]) =>
      addSample(history, { atMs, last: { epoch: e1, index } }, [{ epoch: e1, firstIndex: 1 }]),
    [],
  );
}

describe('lag in entries and bytes', () => {
  const leader = statusOf([[e1, 20]], { role: 'leader' });

  test('a follower that has all of the leader’s log lags by nothing', () => {
    const lag = lagOf(statusOf([[e1, 20]]), leader, historyOf([100, 20]), 900);
    expect(lag).toEqual({ entries: 0, bytes: 0, receivedMs: 0, appliedMs: 0, forked: false });
  });

  test('a follower that was asked later and has more lags by nothing, and is not forked', () => {
    expect(lagOf(statusOf([[e1, 25]]), leader, [], 900)).toMatchObject({
      entries: 0,
      bytes: 0,
      forked: false,
    });
  });

  test('a follower behind in the same epoch', () => {
    const lag = lagOf(statusOf([[e1, 14]]), leader, historyOf([100, 14], [400, 16], [600, 20]), 900);
    expect(lag).toEqual({ entries: 6, bytes: 600, receivedMs: 500, appliedMs: 500, forked: false });
  });

  test('an empty log lags by all of it', () => {
    expect(lagOf(statusOf([]), leader, [], 900)).toMatchObject({ entries: 20, bytes: 2000, forked: false });
  });

  test('applied and received are told apart', () => {
    const follower = statusOf([[e1, 20]], { applied: { epoch: e1, index: 12 } });
    const lag = lagOf(follower, leader, historyOf([100, 12], [300, 20]), 900);
    expect(lag).toEqual({ entries: 0, bytes: 0, receivedMs: 0, appliedMs: 600, forked: false });
  });
});

describe('P4: lag counts from the common log, never from the index alone', () => {
  const leader = statusOf(
    [
      [e1, 10],
      [e2, 12],
    ],
    { role: 'leader' },
  );

  test('an old leader with a longer log is forked, and lags by what it lacks', () => {
    const lag = lagOf(statusOf([[e1, 15]]), leader, [], 900);
    expect(lag).toMatchObject({ entries: 2, bytes: null, forked: true });
  });

  test('a log that ends where the fork is lags, and is not forked', () => {
    expect(lagOf(statusOf([[e1, 10]]), leader, [], 900)).toMatchObject({
      entries: 2,
      bytes: 200,
      forked: false,
    });
  });

  test('a tail of the same length is forked too', () => {
    expect(lagOf(statusOf([[e1, 12]]), leader, [], 900)).toMatchObject({ entries: 2, forked: true });
  });

  test('equal numbers of two disks are two epochs', () => {
    const other = statusOf([
      [e1, 10],
      [ballot(2, 'n3'), 12],
    ]);
    expect(lagOf(other, leader, [], 900)).toMatchObject({ entries: 2, forked: true });
  });

  test('caught up means containing the leader’s last entry', () => {
    expect(
      isCaughtUp(
        statusOf([
          [e1, 10],
          [e2, 12],
        ]),
        leader,
      ),
    ).toBe(true);
    expect(isCaughtUp(statusOf([[e1, 12]]), leader)).toBe(false);
    expect(
      isCaughtUp(
        statusOf([
          [e1, 10],
          [e2, 12],
          [ballot(3, 'n3'), 13],
        ]),
        leader,
      ),
    ).toBe(true);
  });
});

describe('lag in time', () => {
  test('since the leader was first seen to have the entry', () => {
    const history = historyOf([100, 10], [200, 11], [500, 14]);
    expect([9, 10, 11, 13, 14].map((index) => behindMs(history, index, 600))).toEqual([
      500, 400, 100, 100, 0,
    ]);
  });

  test('behind is never 0 ms', () => {
    expect(behindMs(historyOf([600, 11]), 10, 600)).toBe(1);
  });

  test('a round in which nothing grew adds nothing', () => {
    const history = historyOf([100, 10], [200, 10], [300, 9], [400, 12]);
    expect(history.map(({ atMs }) => atMs)).toEqual([100, 400]);
  });

  test('of another epoch, what the new leader has counts on: who was behind goes on being behind', () => {
    const history = historyOf([100, 10], [200, 11], [300, 12]);
    const epochs = [
      { epoch: e1, firstIndex: 1 },
      { epoch: e2, firstIndex: 12 },
    ];
    const next = addSample(history, { atMs: 500, last: { epoch: e2, index: 12 } }, epochs);
    expect(next.map(({ atMs }) => atMs)).toEqual([100, 200, 500]);
    expect([9, 10, 11].map((index) => behindMs(next, index, 600))).toEqual([500, 400, 100]);
  });

  test('a long history is bounded, keeps its beginning, and is exact for what is recent', () => {
    let history: LeaderHistory = [];
    for (let i = 1; i <= 20_000; i += 1)
      history = addSample(history, { atMs: i, last: { epoch: e1, index: i } }, [
        { epoch: e1, firstIndex: 1 },
      ]);
    expect(history.length).toBeLessThanOrEqual(4096);
    expect(history[0]?.atMs).toBe(1);
    expect(behindMs(history, 19_000, 20_000)).toBe(999);
  });
});

test('the newest leader is that of the highest ballot, the disk breaking ties', () => {
  const one = (id: string, number: number, role: 'leader' | 'follower') => ({
    id,
    status: statusOf([[ballot(number, id), 3]], { role }),
  });
  expect(newestLeader([one('n1', 2, 'leader'), one('n2', 3, 'leader'), one('n3', 9, 'follower')])?.id).toBe(
    'n2',
  );
  expect(newestLeader([one('n2', 2, 'leader'), one('n1', 2, 'leader')])?.id).toBe('n2');
  expect(newestLeader([one('n1', 2, 'follower')])).toBeNull();
});
