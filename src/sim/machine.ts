import type { NodeConditions } from '../faults/conditions.ts';
import { FaultyMachine } from '../faults/machine.ts';
import { TokenBucket } from '../lib/token-bucket.ts';
import type { Scheduler } from './scheduler.ts';

/** What the machines' calendars show when a world begins. */
export const calendarStart = 1_700_000_000_000;

/** The machine that a node of the simulator runs on. It outlives processes. */
export class SimMachine extends FaultyMachine {
  #bucket: TokenBucket | null = null;
  /** When something last had to wait. */
  #shutAt = -Infinity;

  constructor(time: Scheduler) {
    super({ monotonic: () => time.now, calendar: () => calendarStart + time.now });
  }

  override apply(conditions: NodeConditions): void {
    const { limitPerS } = conditions;
    if (limitPerS !== this.conditions.limitPerS) {
      this.#bucket = limitPerS === null ? null : new TokenBucket(limitPerS, 1, this.clock.now());
    }
    super.apply(conditions);
  }

  /** Whether it may serve another request now. */
  isOpen(): boolean {
    const now = this.clock.now();
    if ((this.#bucket?.waitMs(now) ?? 0) === 0) return true;
    this.#shutAt = now;
    return false;
  }

  /** How long a timer has to run until it may; to be asked for one that is set. */
  untilOpenMs(): number {
    return this.clock.timerMs(this.#bucket?.waitMs(this.clock.now()) ?? 0);
  }

  /** It serves a request that has been there since `arrivedAt`, by its own clock. */
  serve(arrivedAt: number): void {
    if (this.#bucket === null) return;
    const now = this.clock.now();
    this.#bucket.take(now);
    this.hit('limitPerS', 'requests');
    if (this.#shutAt < arrivedAt) return;
    this.hit('limitPerS', 'delayed');
    this.hit('limitPerS', 'waitMs', now - arrivedAt);
  }
}
