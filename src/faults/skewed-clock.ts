import { sound, type Conditions } from './conditions.ts';

/** Right time, in ms: what a skewed clock is wrong by. */
export interface MachineTime {
  monotonic(): number;
  calendar(): number;
}

type Skew = Pick<Conditions, 'calendar' | 'monotonicRate'>;

/**
 * A node's clock, which can be set wrong: its calendar jumps when that is done, as calendars do; `now`, the
 * monotonic one, changes its rate and never jumps. The node process and the simulator's read the same.
 */
export class SkewedClock {
  /** Called whenever the calendar is read while it is wrong. */
  onWrongStamp: () => void = () => undefined;
  /** Called whenever a timer is set that takes too long or too short. */
  onWrongTimer: () => void = () => undefined;
  readonly #machine: MachineTime;
  #skew: Skew = sound;
  /** Where `now` stood when its rate last changed, by itself and by the machine. */
  #base = { own: 0, machine: 0 };

  constructor(machine: MachineTime) {
    this.#machine = machine;
  }

  now(): number {
    const { own, machine } = this.#base;
    return own + (this.#machine.monotonic() - machine) * this.#skew.monotonicRate;
  }

  wall(): number {
    const errorMs = this.errorMs();
    if (errorMs !== 0) this.onWrongStamp();
    return this.#machine.calendar() + errorMs;
  }

  /** How long a timer of the machine, set now, has to run for `ms` of `now` to pass. Asked once for each that is set. */
  timerMs(ms: number): number {
    const { monotonicRate } = this.#skew;
    if (monotonicRate !== 1) this.onWrongTimer();
    return ms / monotonicRate;
  }

  /** By how much the calendar is ahead of the machine's now. */
  errorMs(): number {
    const { offsetMs, drift, since } = this.#skew.calendar;
    return Math.round(offsetMs + drift * (this.#machine.calendar() - since));
  }

  set({ calendar, monotonicRate }: Skew): void {
    const machine = this.#machine.monotonic();
    const { own, machine: before } = this.#base;
    this.#base = { own: own + (machine - before) * this.#skew.monotonicRate, machine };
    this.#skew = { calendar, monotonicRate };
  }
}
