import { describe, expect, test } from 'vitest';
import { DelayLine } from '../../src/faults/delay-line.ts';
import { latenessMs, type Lateness, type Shape } from '../../src/faults/shape.ts';
import { shapeOf } from './texts.ts';
import { fc } from '../support/property.ts';

const shape = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
  .map(([delay, share]): Shape => {
    const delayMs = delay;
    return delay === 0 ? [] : shapeOf({ delayMs, jitterMs: (delay * share) / 100 });
  });
const lateness = fc.record({
  jitter: fc.integer({ min: -100, max: 100 }).map((percent) => percent / 100),
  extraMs: fc.constantFrom(0, 0, 0, 200),
});
/** What happens one after the other: time passes and something enters, or the shape becomes another. */
const step = fc.record({ afterMs: fc.integer({ min: 0, max: 30 }), late: lateness, next: fc.option(shape) });

interface Left {
  readonly item: number;
  readonly at: number;
}

/** Lets all leave that is due at `now`, or as long as `until` says. */
function drain(line: DelayLine<number>, under: Shape, now: number): Left[] {
  const left: Left[] = [];
  for (let item = line.next(under, now, true); item !== null; item = line.next(under, now, true)) {
    left.push({ item, at: now });
  }
  return left;
}

/** As a proxy does it: whenever something is due it is asked for. */
function drainUntil(line: DelayLine<number>, under: Shape, from: number, to: number): Left[] {
  const left = drain(line, under, from);
  for (;;) {
    const due = line.dueAt(under, true);
    if (due === null || due > to) return left;
    left.push(...drain(line, under, Math.max(due, from)));
  }
}

const enter = (line: DelayLine<number>, item: number, late: Lateness, under: Shape, now: number): void =>
  line.enter(item, null, { line: late, strays: [] }, under, now);

describe('a delay line', () => {
  test('keeps order under jitter, stalls and a changing delay, and loses nothing', () => {
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 40 }), (first, steps) => {
        const line = new DelayLine<number>();
        const left: Left[] = [];
        let under = first;
        let now = 0;
        for (const [item, { afterMs, late, next }] of steps.entries()) {
          left.push(...drainUntil(line, under, now, now + afterMs));
          now += afterMs;
          enter(line, item, late, under, now);
          under = next ?? under;
        }
        left.push(...drainUntil(line, under, now, Infinity));
        expect(left.map(({ item }) => item)).toEqual(steps.map((_, item) => item));
        expect(line.empty).toBe(true);
        expect(left.every(({ at }, i) => i === 0 || at >= left[i - 1]!.at)).toBe(true);
      }),
    );
  });

  test('under one shape each leaves at its own time, or right behind the one before it', () => {
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 30 }), (under, steps) => {
        const line = new DelayLine<number>();
        let now = 0;
        let before = 0;
        const expected = steps.map(({ afterMs, late }, item) => {
          now += afterMs;
          enter(line, item, late, under, now);
          before = Math.max(before, now + latenessMs(under, null, late));
          return { item, at: before };
        });
        const left = drainUntil(line, under, 0, Infinity);
        expect(left.map(({ item }) => item)).toEqual(expected.map(({ item }) => item));
        for (const [i, { at }] of left.entries()) expect(at).toBeCloseTo(expected[i]!.at, 6);
      }),
    );
  });

  test('what entered leaves at once, in order, when there is no delay any more', () => {
    const line = new DelayLine<number>();
    const slow = shapeOf({ delayMs: 50 });
    for (const item of [0, 1, 2]) enter(line, item, { jitter: 0, extraMs: 0 }, slow, item);
    expect(drain(line, slow, 49)).toEqual([]);
    expect(drain(line, [], 10).map(({ item }) => item)).toEqual([0, 1, 2]);
  });

  test('while frozen nothing leaves and no time passes for it', () => {
    const line = new DelayLine<number>();
    const slow = shapeOf({ delayMs: 50 });
    enter(line, 0, { jitter: 0, extraMs: 0 }, slow, 0);
    line.freeze(20);
    expect(line.dueAt(slow, true)).toBeNull();
    expect(drain(line, slow, 1000)).toEqual([]);
    line.thaw(1000);
    expect(line.dueAt(slow, true)).toBe(1030);
    expect(drainUntil(line, slow, 1000, Infinity)).toEqual([{ item: 0, at: 1030 }]);
  });

  test('strays are overtaken, leave only between frames, and before the end', () => {
    const line = new DelayLine<string>();
    const stray = { by: 'f1', why: 'reorder', jitter: 0, extraMs: 8 } as const;
    line.enter('stray', 'append', { line: null, strays: [stray] }, [], 0);
    line.enter('next', 'append', { line: { jitter: 0, extraMs: 0 }, strays: [] }, [], 1);
    line.enterLast('end', 2);
    expect(line.next([], 5, true)).toBe('next');
    expect(line.next([], 5, true)).toBeNull();
    expect([line.dueAt([], true), line.dueAt([], false)]).toEqual([8, null]);
    expect(line.next([], 8, false)).toBeNull();
    expect(line.next([], 8, true)).toBe('stray');
    expect(line.next([], 8, true)).toBe('end');
    expect(line.empty).toBe(true);
  });

  test('a stray goes by the delay in force when it leaves, as all that is under way does', () => {
    const line = new DelayLine<string>();
    const stray = { by: 'f1', why: 'reorder', jitter: 1, extraMs: 8 } as const;
    line.enter('stray', 'append', { line: null, strays: [stray] }, shapeOf({ delayMs: 50 }), 0);
    const slower = shapeOf({ delayMs: 500, jitterMs: 20 });
    expect(line.dueAt(slower, true)).toBe(528);
    expect(line.next(slower, 527, true)).toBeNull();
    expect(line.dueAt([], true)).toBe(8);
    expect(line.next([], 8, true)).toBe('stray');
  });

  test('strays keep the order of their own times, whatever the delays were meanwhile', () => {
    const line = new DelayLine<string>();
    const late = (jitter: number) => ({ by: 'f1', why: 'reorder', jitter, extraMs: 0 }) as const;
    const slow = shapeOf({ delayMs: 50, jitterMs: 40 });
    line.enter('second', 'append', { line: null, strays: [late(1)] }, slow, 0);
    line.enter('first', 'append', { line: null, strays: [late(-1)] }, slow, 10);
    expect([line.dueAt(slow, true), line.dueAt([], true), line.dueAt(slow, true)]).toEqual([20, 0, 20]);
    expect([line.next(slow, 20, true), line.next(slow, 89, true), line.next(slow, 90, true)]).toEqual([
      'first',
      null,
      'second',
    ]);
  });

  test('the last waits for strays, and takes no stray with it where none may leave any more', () => {
    const line = new DelayLine<string>();
    const stray = { by: 'f1', why: 'reorder', jitter: 0, extraMs: 8 } as const;
    line.enter('stray', 'append', { line: null, strays: [stray] }, [], 0);
    line.enter('half', 'append', { line: { jitter: 0, extraMs: 0 }, strays: [] }, [], 0);
    expect(line.takeCutOff()).toEqual([]);
    line.enterLast('end', 1);
    expect(line.takeCutOff()).toEqual([]);
    expect([line.next([], 5, true), line.next([], 5, true), line.next([], 99, false)]).toEqual([
      'half',
      null,
      null,
    ]);
    expect(line.takeCutOff()).toMatchObject([{ item: 'stray', by: 'f1' }]);
    expect(line.next([], 99, false)).toBe('end');
    expect(line.empty).toBe(true);
  });
});
