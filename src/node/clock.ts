import type { MachineTime } from '../faults/skewed-clock.ts';

/** The node's only source of time (its seam for skew and drift). Both in ms. */
export interface NodeClock {
  /** Monotonic, from the start of this process. Runs on while the process is stopped. */
  now(): number;
  /** The calendar. */
  wall(): number;
  /** How long the machine's timers have to be set for, for `ms` of `now` to pass. */
  timerMs(ms: number): number;
}

export const machineTime: MachineTime = {
  monotonic: () => performance.now(),
  calendar: () => Date.now(),
};
