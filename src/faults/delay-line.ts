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
}

interface StrayEntry<T> extends Entry<T> {
  readonly by: string;
  /** Under the shape that was looked at last. */
  readonly due: number;
}

/**
 * What is under way on one connection. Items leave `latenessMs` after they entered, in the order they entered,
 * whatever the jitter and however the delay changes meanwhile: only the first is looked at, under the shape in
 * force then. Strays leave by themselves, under the shape in force then too. The last leaves behind all of
 * them. While frozen, the line's own time stands still.
 */
export class DelayLine<T> {
  #entries: Entry<T>[] = [];
  #first = 0;
  #last: Entry<T> | null = null;
  #strays = earliestFirst<T>();
  /** The shape that strays' times are told under. */
  #shape: Shape = [];
  #frozenAt: number | null = null;
  /** How long the line's time has stood still so far. */
  #stoodMs = 0;

  get empty(): boolean {
    return this.#emptyLine && this.#strays.size === 0 && this.#last === null;
  }

  get hasStrays(): boolean {
    return this.#strays.size > 0;
  }

  enter(
    item: T,
    messageClass: MessageClass | null,
    fate: Pick<Fate, 'line' | 'strays'>,
    shape: Shape,
    now: number,
  ): void {
    const entry = { item, class: messageClass, enteredAt: this.#time(now) };
    if (fate.line !== null) this.#entries.push({ ...entry, late: fate.line });
    this.#lookUnder(shape);
    for (const late of fate.strays) {
      const stray = { ...entry, late, by: late.by };
      this.#strays.push({ ...stray, due: dueOf(stray, shape) });
    }
  }

  /** Leaves behind everything that is here, and nothing enters after it. */
  enterLast(item: T, now: number): void {
    this.#last = { item, class: null, enteredAt: this.#time(now), late: { jitter: 0, extraMs: 0 } };
  }

  /** What leaves now, or null. `between`: the sink is between two messages, so that a stray may leave. */
  next(shape: Shape, now: number, between: boolean): T | null {
    const time = this.#time(now) + roundingMs;
    this.#lookUnder(shape);
    const stray = this.#strays.peek();
    if (between && stray !== undefined && stray.due <= time) return this.#strays.pop()!.item;
    const first = this.#ahead();
    if (first === null || dueOf(first, shape) > time) return null;
    if (first === this.#last) this.#last = null;
    else this.#shift();
    return first.item;
  }

  /** When `next` is worth asking again; null: not before something changes. */
  dueAt(shape: Shape, between: boolean): number | null {
    if (this.#frozenAt !== null) return null;
    this.#lookUnder(shape);
    const first = this.#ahead();
    const stray = this.#strays.peek();
    const due = Math.min(
      first === null ? Infinity : dueOf(first, shape),
      stray === undefined || !between ? Infinity : stray.due,
    );
    return due === Infinity ? null : due + this.#stoodMs;
  }

  /** Takes the strays that can never leave: the stream has ended within a message, behind which none may come. */
  takeCutOff(): readonly { readonly item: T; readonly by: string }[] {
    if (this.#last === null || !this.#emptyLine) return [];
    const left = this.#strays.items();
    this.#strays = earliestFirst();
    return left;
  }

  freeze(now: number): void {
    this.#frozenAt ??= now;
  }

  thaw(now: number): void {
    if (this.#frozenAt === null) return;
    this.#stoodMs += now - this.#frozenAt;
    this.#frozenAt = null;
  }

  /** Answers what has not left, in no particular order; what is several times under way comes several times. */
  clear(): readonly T[] {
    const left = [...this.#entries.slice(this.#first), ...this.#strays.items()];
    if (this.#last !== null) left.push(this.#last);
    this.#entries = [];
    this.#first = 0;
    this.#last = null;
    this.#strays = earliestFirst();
    return left.map(({ item }) => item);
  }

  get #emptyLine(): boolean {
    return this.#entries.length === this.#first;
  }

  /** What leaves next if no stray does. */
  #ahead(): Entry<T> | null {
    return this.#entries[this.#first] ?? (this.#strays.size === 0 ? this.#last : null);
  }

  #lookUnder(shape: Shape): void {
    if (shape === this.#shape) return;
    this.#shape = shape;
    const strays = this.#strays.items();
    this.#strays = earliestFirst();
    for (const stray of strays) this.#strays.push({ ...stray, due: dueOf(stray, shape) });
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

function dueOf<T>({ class: messageClass, enteredAt, late }: Entry<T>, shape: Shape): number {
  return enteredAt + latenessMs(shape, messageClass, late);
}

function earliestFirst<T>(): Heap<StrayEntry<T>> {
  return new Heap((a, b) => a.due - b.due);
}
