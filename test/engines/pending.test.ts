import { describe, expect, test } from 'vitest';
import { Pending } from '../../src/engines/replab/pending.ts';

describe('questions to a node', () => {
  test('each gets its own answer, in any order', async () => {
    const pending = new Pending<string>();
    const [a, b] = [pending.open(10_000), pending.open(10_000)];
    pending.settle(b.id, 'b');
    pending.settle(a.id, 'a');
    expect([await a.answer, await b.answer, pending.size]).toEqual(['a', 'b', 0]);
  });

  test('null at the deadline; the question stays open until its late answer', async () => {
    const pending = new Pending<string>();
    const { id, answer } = pending.open(5);
    expect(await answer).toBeNull();
    expect([pending.size, pending.oldest === null]).toEqual([1, false]);
    pending.settle(id, 'late');
    expect([pending.size, pending.oldest]).toEqual([0, null]);
  });

  test('the oldest is the first that is still open', () => {
    const pending = new Pending<string>();
    const first = pending.open(10_000);
    const since = pending.oldest!;
    pending.open(10_000);
    expect(pending.oldest).toBe(since);
    pending.settle(first.id, 'x');
    expect(pending.oldest).toBeGreaterThanOrEqual(since);
    pending.abandon();
  });

  test('who waits for room is woken by an answer, or at the deadline', async () => {
    const pending = new Pending<string>();
    const { id } = pending.open(10_000);
    const woken = pending.shrunk(10_000);
    pending.settle(id, 'x');
    await woken;
    await pending.shrunk(5);
    expect(pending.size).toBe(0);
  });

  test('abandoned: no answer will come to any', async () => {
    const pending = new Pending<string>();
    const [a, room] = [pending.open(10_000), pending.shrunk(10_000)];
    pending.abandon();
    expect([await a.answer, await room, pending.size]).toEqual([null, undefined, 0]);
  });

  test('an answer nobody asked for is nothing', () => {
    const pending = new Pending<string>();
    pending.settle(99, 'x');
    expect(pending.size).toBe(0);
  });
});
