import type { Skew } from './conditions.ts';

/** Right time, in ms: what a skewed clock is wrong by. */
export interface MachineTime {
  monotonic(): number;
  calendar(): number;
}

/**
 * A node's clock, which can be set wrong: its calendar jumps when that is done, as calendars do; `now`, the
 * monotonic one, changes its rate and never jumps. The node process and the simulator's read the same.
 */
export class SkewedClock {
  /** Called whenever the calendar is read while it is wrong. */
  onWrongStamp: () => void = () => undefined;
  readonly #machine: MachineTime;
  #skew: Skew = { offsetMs: 0, drift: 0, since: 0, monotonicDrift: 0 };
  /** Where `now` stood when its rate last changed, by itself and by the machine. */
  #base = { own: 0, machine: 0 };

  constructor(machine: MachineTime) {
    this.#machine = machine;
  }

  now(): number {
    const { own, machine } = this.#base;
    return own + (this.#machine.monotonic() - machine) * this.#rate;
  }

  wall(): number {
    const errorMs = this.errorMs();
    if (errorMs !== 0) this.onWrongStamp();
    return this.#machine.calendar() + errorMs;
  }

  /** How long the machine's timers have to be set for, for `ms` of `now` to pass. */
  timerMs(ms: number): number {
    return ms / this.#rate;
  }

  /** By how much the calendar is ahead of the machine's now. */
  errorMs(): number {
    const { offsetMs, drift, since } = this.#skew;
    return Math.round(offsetMs + drift * (this.#machine.calendar() - since));
  }

  set(skew: Skew): void {
    this.#base = { own: this.now(), machine: this.#machine.monotonic() };
    this.#skew = skew;
  }

  get #rate(): number {
    return 1 + this.#skew.monotonicDrift;
  }
}
