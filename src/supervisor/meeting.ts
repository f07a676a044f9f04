/** Where so many wait for each other: when all have come something is done, once, and all go on. */
export class Meeting<T> {
  /** Rejects, for all, when it could not be done or somebody does not come. */
  readonly done: Promise<T>;
  #missing: number;
  readonly #all = Promise.withResolvers<void>();

  constructor(count: number, act: () => Promise<T>) {
    this.#missing = count;
    this.done = this.#all.promise.then(act);
    // Those who come hear of it.
    this.done.catch(() => {});
  }

  async come(): Promise<void> {
    this.#missing -= 1;
    if (this.#missing === 0) this.#all.resolve();
    await this.done;
  }

  /** One who has not come yet never will. */
  miss(reason: unknown): void {
    this.#all.reject(reason);
  }
}
