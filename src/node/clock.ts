/** The node's only source of time (its seam for skew and drift). Both in ms. */
export interface NodeClock {
  /** Monotonic, from the start of this process. Runs on while the process is stopped. */
  now(): number;
  /** The calendar. */
  wall(): number;
}

export const systemClock: NodeClock = { now: () => performance.now(), wall: () => Date.now() };
