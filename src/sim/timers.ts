interface TimersHost {
  /** By the node's own clock. */
  now(): number;
  /** How long a timer of the machine, set now, has to run for `ms` of `now` to pass. */
  timerMs(ms: number): number;
  later(machineMs: number, run: () => void): void;
  wake(): void;
}

/** The named timers of a simulated process, which its host wakes for when its clock shows that they are due. */
export class SimTimers {
  readonly #host: TimersHost;
  readonly #at = new Map<string, number>();

  constructor(host: TimersHost) {
    this.#host = host;
  }

  /** Replaces the timer of that name; null clears it. */
  set(name: string, at: number | null): void {
    if (at === null) {
      this.#at.delete(name);
      return;
    }
    this.#at.set(name, at);
    this.#await(at);
  }

  /** The names that are due, the earliest first. */
  due(): readonly string[] {
    const now = this.#host.now();
    return [...this.#at]
      .filter(([, at]) => at <= now)
      .toSorted((a, b) => a[1] - b[1])
      .map(([name]) => name);
  }

  takeDue(): readonly string[] {
    const due = this.due();
    for (const name of due) this.#at.delete(name);
    return due;
  }

  /** The clock runs at another rate from now on. */
  rearm(): void {
    for (const at of new Set(this.#at.values())) this.#await(at);
  }

  clear(): void {
    this.#at.clear();
  }

  #await(at: number): void {
    const host = this.#host;
    host.later(host.timerMs(Math.max(0, at - host.now())), () => {
      // A clock that has been set to run slower since is not there yet.
      if (host.now() >= at) host.wake();
      else if ([...this.#at.values()].includes(at)) this.#await(at);
    });
  }
}
