/** So many tokens a second, saved up to a bound: what takes one for each thing it does keeps to that rate. */
export class TokenBucket {
  readonly perS: number;
  readonly #most: number;
  #tokens: number;
  #at: number;

  /** Begins full. `now` and all later times are ms of one clock. */
  constructor(perS: number, most: number, now: number) {
    this.perS = perS;
    this.#most = most;
    this.#tokens = most;
    this.#at = now;
  }

  /** False when there is none. */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** How long until there is one. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) * 1000) / this.perS;
  }

  #fill(now: number): void {
    // A hair more than what is due: sums of fractions must not make the token of this very instant late.
    const due = ((now - this.#at) * this.perS) / 1000 + 1e-9;
    this.#tokens = Math.min(this.#most, this.#tokens + due);
    this.#at = now;
  }
}
