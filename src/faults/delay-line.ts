import { Heap } from '../lib/heap.ts';
import type { MessageClass } from '../protocol/message-class.ts';
import { latenessMs, type Fate, type Lateness, type Shape } from './shape.ts';

/** What adding and taking away times may be off by: who comes when `dueAt` said must not come in vain. */
const roundingMs = 1e-6;

interface Entry<T> {
  readonly item: T;
  readonly class: MessageClass | null;
  readonly enteredAt: number;
  readonly late: Lateness;
  /** Nothing comes after it: it waits for what strays too. */
  readonly last: boolean;
}

/**
 * What is under way on one connection. Items leave `latenessMs` after they entered, in the order they entered,
 * whatever the jitter and however the delay changes meanwhile: only the first is looked at, under the shape in
 * force then. Strays leave by themselves. While frozen, the line's own time stands still.
 */
export class DelayLine<T> {
  #entries: Entry<T>[] = [];
  #first = 0;
  readonly #strays = new Heap<{ readonly entry: Entry<T>; readonly due: number }>((a, b) => a.due - b.due);
  #frozenAt: number | null = null;
  /** How long the line's time has stood still so far. */
  #stoodMs = 0;

  get empty(): boolean {
    return this.#entries.length === this.#first && this.#strays.size === 0;
  }

  enter(
    item: T,
    messageClass: MessageClass | null,
    fate: Pick<Fate, 'line' | 'strays'>,
    shape: Shape,
    now: number,
    last = false,
  ): void {
    const enteredAt = this.#time(now);
    const entry = { item, class: messageClass, enteredAt, last };
    if (fate.line !== null) this.#entries.push({ ...entry, late: fate.line });
    for (const late of fate.strays) {
      const due = enteredAt + latenessMs(shape, messageClass, late);
      this.#strays.push({ entry: { ...entry, late }, due });
    }
  }

  /** What leaves now, or null. `between`: the sink is between two frames, so that a stray may leave. */
  next(shape: Shape, now: number, between: boolean): T | null {
    const time = this.#time(now);
    const stray = this.#strays.peek();
    if (between && stray !== undefined && stray.due <= time + roundingMs) {
      this.#strays.pop();
      return stray.entry.item;
    }
    const first = this.#entries[this.#first];
    if (first === undefined || (first.last && this.#strays.size > 0)) return null;
    if (this.#due(first, shape) > time + roundingMs) return null;
    this.#shift();
    return first.item;
  }

  /** When `next` is worth asking again; null: not before something changes. */
  dueAt(shape: Shape, between: boolean): number | null {
    if (this.#frozenAt !== null) return null;
    const first = this.#entries[this.#first];
    const stray = this.#strays.peek();
    const waits = first === undefined || (first.last && stray !== undefined);
    const due = Math.min(
      waits ? Infinity : this.#due(first, shape),
      stray === undefined || !between ? Infinity : stray.due,
    );
    return due === Infinity ? null : due + this.#stoodMs;
  }

  freeze(now: number): void {
    this.#frozenAt ??= now;
  }

  thaw(now: number): void {
    if (this.#frozenAt === null) return;
    this.#stoodMs += now - this.#frozenAt;
    this.#frozenAt = null;
  }

  /** Frames are no longer told apart: strays go back behind the line, where a frame has ended. */
  gather(): void {
    for (let stray = this.#strays.pop(); stray !== undefined; stray = this.#strays.pop()) {
      this.#entries.push(stray.entry);
    }
  }

  /** Answers what has not left, in no particular order; what is several times under way comes several times. */
  clear(): readonly T[] {
    this.gather();
    const left = this.#entries.slice(this.#first);
    this.#entries = [];
    this.#first = 0;
    return left.map(({ item }) => item);
  }

  #due(entry: Entry<T>, shape: Shape): number {
    return entry.enteredAt + latenessMs(shape, entry.class, entry.late);
  }

  #time(now: number): number {
    return (this.#frozenAt ?? now) - this.#stoodMs;
  }

  #shift(): void {
    this.#first += 1;
    if (this.#first < 64 || this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
