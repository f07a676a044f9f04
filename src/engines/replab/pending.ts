/** Questions without an answer yet, by number. Each settles once: with its answer, or null at its deadline. */
export class Pending<T> {
  readonly #open = new Map<number, { readonly sentAt: number; settle(answer: T | null): void }>();
  readonly #waiting = new Set<() => void>();
  #lastId = 0;
  #abandoned = false;

  /** Asked and not answered, whether anyone still waits for the answer or not. */
  get size(): number {
    return this.#open.size;
  }

  /** When the oldest of them was asked (`performance.now`). */
  get oldest(): number | null {
    for (const { sentAt } of this.#open.values()) return sentAt;
    return null;
  }

  open(deadlineMs: number): { readonly id: number; readonly answer: Promise<T | null> } {
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#abandoned) return { id, answer: Promise.resolve(null) };
    const answer = new Promise<T | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), Math.max(0, deadlineMs));
      const settle = (value: T | null): void => {
        clearTimeout(timer);
        resolve(value);
      };
      this.#open.set(id, { sentAt: performance.now(), settle });
    });
    return { id, answer };
  }

  settle(id: number, answer: T): void {
    const question = this.#open.get(id);
    this.#open.delete(id);
    question?.settle(answer);
    for (const wake of this.#waiting) wake();
  }

  /** Returns when an answer has come, or at the deadline. */
  shrunk(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, deadlineMs);
      this.#waiting.add(wake);
    });
  }

  /** No answer will come to any, asked or to be asked. */
  abandon(): void {
    this.#abandoned = true;
    for (const { settle } of this.#open.values()) settle(null);
    this.#open.clear();
    for (const wake of this.#waiting) wake();
  }
}
