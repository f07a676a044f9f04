import { Heap } from '../lib/heap.ts';

export interface Alarmed {
  ring(now: number): void;
}

/** Node's timers go by whole milliseconds: what is due within half of one rings now, so that the error is even. */
const slackMs = 0.5;

/** One heap and one timer for all that waits for its time in a proxy, however much that is. */
export class Alarms {
  readonly #heap = new Heap<{ readonly at: number; readonly target: Alarmed }>((a, b) => a.at - b.at);
  /** When each target rings next; entries of the heap that say otherwise are outdated. */
  readonly #armed = new Map<Alarmed, number>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;
  #closed = false;

  /** `target` rings at `at`, or at an earlier time that was set before and is still to come. */
  set(target: Alarmed, at: number): void {
    if (this.#closed || at >= (this.#armed.get(target) ?? Infinity)) return;
    this.#armed.set(target, at);
    this.#heap.push({ at, target });
    if (at < this.#timerAt) this.#wind(at);
  }

  /** Nothing rings any more. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#armed.clear();
  }

  #wind(at: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.round(at - performance.now())));
  }

  #ring(): void {
    this.#timer = null;
    this.#timerAt = Infinity;
    const now = performance.now();
    // Collected first: what rings and wants to ring again at once has its turn after the sockets.
    const due: { readonly at: number; readonly target: Alarmed }[] = [];
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) {
      if (first.at > now + slackMs) break;
      this.#heap.pop();
      if (this.#armed.get(first.target) !== first.at) continue;
      this.#armed.delete(first.target);
      due.push(first);
    }
    for (const { at, target } of due) target.ring(Math.max(now, at));
    const next = this.#heap.peek();
    if (next !== undefined && next.at < this.#timerAt && !this.#closed) this.#wind(next.at);
  }
}
