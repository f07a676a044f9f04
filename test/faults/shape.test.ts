import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { drawFate, latenessMs, longestDelayMs, needsFrames, type Fate } from '../../src/faults/shape.ts';
import { shapeOf } from './texts.ts';

const append = { class: 'append', bytes: 200, sole: true } as const;
const chunk = { class: null, bytes: 1448, sole: true } as const;

function draw(
  shape: ReturnType<typeof shapeOf>,
  traffic: Parameters<typeof drawFate>[1],
  times = 4000,
): Fate[] {
  const rng = createRng('shape');
  return Array.from({ length: times }, () => drawFate(shape, traffic, rng));
}

function share(fates: readonly Fate[], is: (fate: Fate) => boolean): number {
  return fates.filter(is).length / fates.length;
}

describe('what becomes of a frame', () => {
  test('the same seed draws the same', () => {
    const shape = shapeOf({ loss: 0.2, duplicate: 0.2, reorder: 0.2 });
    expect(draw(shape, append)).toEqual(draw(shape, append));
  });

  test('it is lost, copied, put out of line as often as asked', () => {
    const fates = draw(shapeOf({ loss: 0.3 }), append);
    expect(share(fates, ({ lostBy, line }) => lostBy === 'f1' && line === null)).toBeCloseTo(0.3, 1);
    const copied = draw(shapeOf({ duplicate: 0.3 }), append);
    expect(share(copied, ({ strays, line }) => strays.length === 1 && line !== null)).toBeCloseTo(0.3, 1);
    const strayed = draw(shapeOf({ reorder: 0.3 }), append);
    expect(share(strayed, ({ strays, line }) => strays.length === 1 && line === null)).toBeCloseTo(0.3, 1);
  });

  test('a hello is none; a part of a message may be lost, but is not copied or overtaken', () => {
    const worst = shapeOf({ loss: 1, duplicate: 1, reorder: 1 });
    expect(
      draw(worst, { ...append, class: 'hello' }, 20).every(
        ({ lostBy, strays }) => lostBy === null && strays.length === 0,
      ),
    ).toBe(true);
    const mixed = shapeOf({ duplicate: 1, reorder: 1 });
    expect(
      draw(mixed, { ...append, sole: false }, 20).every(
        ({ line, strays }) => line !== null && strays.length === 0,
      ),
    ).toBe(true);
  });

  test('other classes than those meant fare as if nothing was wrong', () => {
    const shape = shapeOf({ loss: 1, delayMs: 50, only: ['append'] });
    expect(draw(shape, { ...append, class: 'ack' }, 20).every(({ lostBy }) => lostBy === null)).toBe(true);
    expect(latenessMs(shape, 'ack', { jitter: 1, extraMs: 0 })).toBe(0);
    expect(latenessMs(shape, 'append', { jitter: 1, extraMs: 0 })).toBe(50);
    expect([needsFrames(shape), longestDelayMs(shape)]).toEqual([true, 50]);
  });
});

describe('what becomes of a chunk of a stream that is not ours', () => {
  test('it is never lost: a lost segment is a stall of 200 ms, doubled each time it is lost again', () => {
    const fates = draw(shapeOf({ loss: 0.3 }), chunk);
    expect(
      fates.every(({ lostBy, line, strays }) => lostBy === null && line !== null && strays.length === 0),
    ).toBe(true);
    const stalls = new Set(fates.map(({ line }) => line!.extraMs));
    for (const ms of [0, 200, 600, 1400]) expect(stalls).toContain(ms);
    expect(share(fates, ({ line }) => line!.extraMs > 0)).toBeCloseTo(0.3, 1);
    expect(share(fates, ({ stalledBy }) => stalledBy === 'f1')).toBeCloseTo(0.3, 1);
  });

  test('the more segments, the sooner one is lost', () => {
    const fates = draw(shapeOf({ loss: 0.01 }), { ...chunk, bytes: 45 * 1448 });
    expect(share(fates, ({ line }) => line!.extraMs > 0)).toBeCloseTo(1 - 0.99 ** 45, 1);
  });
});

test('delays of several faults add up', () => {
  const shape = [...shapeOf({ delayMs: 50, jitterMs: 5 }), ...shapeOf({ delayMs: 20 })];
  expect(latenessMs(shape, null, { jitter: 1, extraMs: 0 })).toBe(75);
  expect(latenessMs(shape, null, { jitter: -1, extraMs: 0 })).toBe(65);
  expect(longestDelayMs(shape)).toBe(70);
});
