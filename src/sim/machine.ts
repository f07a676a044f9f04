import { sameConditions, sound, type NodeConditions } from '../faults/conditions.ts';
import { SkewedClock } from '../faults/skewed-clock.ts';
import { TokenBucket } from '../lib/token-bucket.ts';
import type { Scheduler } from './scheduler.ts';

/** What the machines' calendars show when a world begins. */
export const calendarStart = 1_700_000_000_000;

/** The machine that a node of the simulator runs on, as the faults in force make it. It outlives processes. */
export class SimMachine {
  readonly clock: SkewedClock;
  #conditions: NodeConditions = sound;
  #bucket: TokenBucket | null = null;

  constructor(time: Scheduler) {
    this.clock = new SkewedClock({
      monotonic: () => time.now,
      calendar: () => calendarStart + time.now,
    });
  }

  get conditions(): NodeConditions {
    return this.#conditions;
  }

  /** False: they are as before. */
  apply(conditions: NodeConditions): boolean {
    if (sameConditions(conditions, this.#conditions)) return false;
    const { limitPerS } = conditions;
    if (limitPerS !== this.#conditions.limitPerS) {
      this.#bucket = limitPerS === null ? null : new TokenBucket(limitPerS, 1, this.clock.now());
    }
    this.#conditions = conditions;
    this.clock.set(conditions.clock);
    return true;
  }

  /** How long until it may serve another request. */
  busyMs(): number {
    return this.clock.timerMs(this.#bucket?.waitMs(this.clock.now()) ?? 0);
  }

  serve(): void {
    this.#bucket?.take(this.clock.now());
  }
}
