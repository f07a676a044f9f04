import type { NodeClock } from './clock.ts';

/** The longest a platform timer can be set for. */
const longestMs = 2 ** 31 - 1;

/** The replica's named timers on one timer of the platform. */
export class NamedTimers {
  readonly #clock: NodeClock;
  readonly #onDue: () => void;
  readonly #due = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #armedFor = Infinity;

  /** `onDue`: one or more may be due; ask `takeDue`. */
  constructor(clock: NodeClock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Replaces the timer of that name; null clears it. */
  set(name: string, at: number | null): void {
    if (at === null) {
      this.#due.delete(name);
      return;
    }
    this.#due.set(name, at);
    if (at < this.#armedFor) this.#arm(at);
  }

  /** How long the earliest of those due at `now` has been due, in ms; null when none is. */
  lateness(now: number): number | null {
    let earliest = Infinity;
    for (const at of this.#due.values()) earliest = Math.min(earliest, at);
    return earliest <= now ? now - earliest : null;
  }

  /** Removes and returns the names due at `now`, the earliest first. */
  takeDue(now: number): readonly string[] {
    const due = [...this.#due].filter(([, at]) => at <= now).toSorted(([, a], [, b]) => a - b);
    for (const [name] of due) this.#due.delete(name);
    return due.map(([name]) => name);
  }

  /** The clock runs at another rate from now on. */
  rearm(): void {
    this.#armedFor = Infinity;
    const earliest = Math.min(...this.#due.values());
    if (earliest < Infinity) this.#arm(earliest);
  }

  clear(): void {
    this.#due.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #arm(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#armedFor = at;
    const waitMs = Math.ceil(this.#clock.timerMs(at - this.#clock.now()));
    this.#timer = setTimeout(() => this.#fire(), Math.min(Math.max(waitMs, 0), longestMs));
  }

  #fire(): void {
    this.#timer = null;
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    let due = false;
    for (const at of this.#due.values()) {
      if (at <= now) due = true;
      else next = Math.min(next, at);
    }
    if (next < Infinity) this.#arm(next);
    if (due) this.#onDue();
  }
}
