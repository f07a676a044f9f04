import { ReplabError } from '../control/errors.ts';

/** Things done one after the other, until the cluster goes down: what has not begun by then is refused. */
export class Turns {
  readonly #cluster: string;
  #newest: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(cluster: string) {
    this.#cluster = cluster;
  }

  /** `stopping` once closed. */
  take<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#newest.then(() => {
      this.refuseIfClosed();
      return act();
    });
    this.#newest = done.catch(() => {});
    return done;
  }

  /** Between the steps of what is under way: none is taken any more. */
  refuseIfClosed(): void {
    if (this.#closed) throw new ReplabError('stopping', { cluster: this.#cluster });
  }

  /** Settles when nothing is under way any more. Twice is once. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#newest;
  }
}
