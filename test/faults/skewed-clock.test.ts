import { describe, expect, test } from 'vitest';
import { sound, type Conditions } from '../../src/faults/conditions.ts';
import { SkewedClock } from '../../src/faults/skewed-clock.ts';

type Skew = Pick<Conditions, 'calendar' | 'monotonicRate'>;

function skewOf({
  offsetMs = 0,
  drift = 0,
  since = 0,
  monotonicRate = 1,
}: Partial<Conditions['calendar'] & Pick<Conditions, 'monotonicRate'>>): Skew {
  return { calendar: { offsetMs, drift, since }, monotonicRate };
}

/** A clock on a machine whose time is set by hand; both of its clocks go on together. */
function machine() {
  const time = { monotonic: 1000, calendar: 5_000_000 };
  const clock = new SkewedClock({ monotonic: () => time.monotonic, calendar: () => time.calendar });
  const counted = { stamps: 0, timers: 0 };
  clock.onWrongStamp = () => (counted.stamps += 1);
  clock.onWrongTimer = () => (counted.timers += 1);
  const pass = (ms: number): void => {
    time.monotonic += ms;
    time.calendar += ms;
  };
  return { clock, time, pass, counted };
}

describe('a skewed clock', () => {
  test('nothing wrong: it is the machine’s, and nothing counts', () => {
    const { clock, pass, counted } = machine();
    expect([clock.now(), clock.wall(), clock.errorMs(), clock.timerMs(80)]).toEqual([1000, 5_000_000, 0, 80]);
    clock.set(sound);
    pass(250);
    expect([clock.now(), clock.wall(), clock.timerMs(80)]).toEqual([1250, 5_000_250, 80]);
    expect(counted).toEqual({ stamps: 0, timers: 0 });
  });

  test('an offset moves the calendar and nothing else; every stamp counts', () => {
    const { clock, pass, counted } = machine();
    clock.set(skewOf({ offsetMs: -700 }));
    expect([clock.wall(), clock.errorMs(), clock.now(), clock.timerMs(80)]).toEqual([
      4_999_300, -700, 1000, 80,
    ]);
    pass(100);
    expect([clock.wall(), clock.errorMs(), clock.now()]).toEqual([4_999_400, -700, 1100]);
    expect(counted).toEqual({ stamps: 2, timers: 0 });
    clock.set(sound);
    expect(clock.wall()).toBe(5_000_100);
    expect(counted.stamps).toBe(2);
  });

  test('a drift makes the calendar go on going wrong, since it began, by the machine’s calendar', () => {
    const { clock, time, pass, counted } = machine();
    clock.set(skewOf({ offsetMs: 50, drift: 0.01, since: time.calendar }));
    expect(clock.errorMs()).toBe(50);
    pass(10_000);
    expect([clock.errorMs(), clock.wall(), clock.now()]).toEqual([150, 5_010_150, 11_000]);
    clock.set(skewOf({ drift: -0.1, since: time.calendar - 2000 }));
    expect(clock.errorMs()).toBe(-200);
    pass(1000);
    expect([clock.errorMs(), clock.wall()]).toEqual([-300, 5_010_700]);
    expect(counted).toEqual({ stamps: 2, timers: 0 });
  });

  test('a drift that has not made a millisecond yet is no wrong stamp', () => {
    const { clock, time, pass, counted } = machine();
    clock.set(skewOf({ drift: 0.01, since: time.calendar }));
    expect([clock.wall(), counted.stamps]).toEqual([5_000_000, 0]);
    pass(100);
    expect([clock.wall(), counted.stamps]).toEqual([5_000_101, 1]);
  });

  test('another rate: the monotonic clock and its timers run by it, the calendar does not', () => {
    const { clock, pass, counted } = machine();
    clock.set(skewOf({ monotonicRate: 1.8 }));
    expect([clock.now(), clock.timerMs(90)]).toEqual([1000, 50]);
    pass(100);
    expect([clock.now(), clock.wall(), clock.errorMs()]).toEqual([1180, 5_000_100, 0]);
    clock.set(skewOf({ monotonicRate: 0.2 }));
    expect([clock.now(), clock.timerMs(90)]).toEqual([1180, 450]);
    pass(100);
    expect(clock.now()).toBe(1200);
    expect(counted).toEqual({ stamps: 0, timers: 2 });
  });

  test('a timer set for so long runs until the clock shows that much more', () => {
    for (const monotonicRate of [0.1, 0.5, 1, 1.9]) {
      const { clock, pass } = machine();
      clock.set(skewOf({ monotonicRate }));
      const from = clock.now();
      pass(clock.timerMs(380));
      expect(clock.now() - from).toBeCloseTo(380, 9);
    }
  });

  test('`now` is continuous across every change, and keeps what it has gained', () => {
    const { clock, pass } = machine();
    let expected = 1000;
    for (const monotonicRate of [1.8, 0.1, 1, 1.9, 0.5]) {
      clock.set(skewOf({ offsetMs: 3_600_000, drift: 0.9, monotonicRate }));
      expect(clock.now()).toBeCloseTo(expected, 9);
      pass(70);
      expected += 70 * monotonicRate;
      expect(clock.now()).toBeCloseTo(expected, 9);
    }
    clock.set(sound);
    pass(30);
    expect(clock.now()).toBeCloseTo(expected + 30, 9);
  });
});
