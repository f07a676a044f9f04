import { textOf, type Value } from '../history/value.ts';
import type { OutOfTime } from './checker.ts';
import type { Model, State } from './models.ts';
import type { Taken } from './subject.ts';

export type Answer = 'yes' | 'no' | 'out of time' | 'out of memory';

/** Configurations that are remembered: a few hundred MB of them. */
const memoryMax = 3_000_000;

/**
 * Is there one order of these operations on one key that their real-time order and the model allow? Wing and
 * Gong's search with Lowe's memory of configurations ("Testing for linearizability", 2017), and three
 * shortenings that lose nothing:
 * - a read that fits the state is taken at once: it changes nothing, and waiting frees nothing;
 * - of unknown operations that do the same, the earliest is tried only: any order with another is one with it;
 * - an unknown operation need not happen at all: done is when all that are `ok` are.
 */
export function searchOrder(
  taken: readonly Taken[],
  model: Model,
  initial: Value,
  outOfTime: OutOfTime,
): Answer {
  return new Search(taken, model, model.initial(initial)).run(outOfTime);
}

interface Frame {
  readonly index: number;
  readonly state: State;
  readonly minEnd: number;
  /** A read that was taken at once: nothing else is tried in its place. */
  readonly forced: boolean;
}

class Search {
  readonly #taken: readonly Taken[];
  readonly #model: Model;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #done: Uint8Array;
  /** An unknown one that does the same and began before; -1: none. */
  readonly #twin: Int32Array;
  readonly #stack: Frame[] = [];
  readonly #seen = new Set<string>();
  readonly #tail: number;
  #state: State;
  #open = 0;

  constructor(taken: readonly Taken[], model: Model, state: State) {
    this.#taken = taken.toSorted((a, b) => a.operation.start - b.operation.start);
    this.#model = model;
    this.#state = state;
    const n = taken.length;
    this.#tail = n;
    // A ring through the tail, which is before the first and after the last.
    this.#next = Int32Array.from({ length: n + 1 }, (_, i) => (i === n ? 0 : i + 1));
    this.#previous = Int32Array.from({ length: n + 1 }, (_, i) => (i === 0 ? n : i - 1));
    this.#done = new Uint8Array(n);
    this.#twin = new Int32Array(n).fill(-1);
    const last = new Map<string, number>();
    this.#taken.forEach(({ operation, step }, i) => {
      if (operation.outcome === 'ok') this.#open += 1;
      else {
        const text = `${step.kind} ${step.kind === 'cas' ? textOf(step.from) : ''} ${textOf(step.value)}`;
        this.#twin[i] = last.get(text) ?? -1;
        last.set(text, i);
      }
    });
  }

  run(outOfTime: OutOfTime): Answer {
    this.#takeReads();
    let at = this.#next[this.#tail]!;
    let minEnd = Infinity;
    while (this.#open > 0) {
      if (outOfTime()) return 'out of time';
      if (this.#seen.size > memoryMax) return 'out of memory';
      const candidate = at === this.#tail ? undefined : this.#taken[at]!;
      if (candidate !== undefined && candidate.operation.start < minEnd) {
        minEnd = Math.min(minEnd, candidate.operation.end);
        if (!this.#tryAt(at, minEnd)) {
          at = this.#next[at]!;
          continue;
        }
        if (this.#isNew()) {
          at = this.#next[this.#tail]!;
          minEnd = Infinity;
          continue;
        }
      }
      const frame = this.#backtrack();
      if (frame === null) return 'no';
      at = this.#next[frame.index]!;
      minEnd = frame.minEnd;
    }
    return 'yes';
  }

  /** Takes it, and every read that then fits, if the model allows it. */
  #tryAt(index: number, minEnd: number): boolean {
    const { operation, step } = this.#taken[index]!;
    const twin = this.#twin[index]!;
    if (step.kind === 'read' || (twin >= 0 && this.#done[twin] === 0)) return false;
    const state = this.#model.step(this.#state, step);
    if (state === null) return false;
    this.#stack.push({ index, state: this.#state, minEnd, forced: false });
    this.#state = state;
    this.#take(index, operation.outcome === 'ok');
    this.#takeReads();
    return true;
  }

  #takeReads(): void {
    let minEnd = Infinity;
    for (let at = this.#next[this.#tail]!; at !== this.#tail; at = this.#next[at]!) {
      const { operation, step } = this.#taken[at]!;
      if (operation.start > minEnd) return;
      if (step.kind === 'read' && this.#model.step(this.#state, step) !== null) {
        this.#stack.push({ index: at, state: this.#state, minEnd, forced: true });
        this.#take(at, true);
        // Others may be free to begin now.
        at = this.#tail;
        minEnd = Infinity;
      } else minEnd = Math.min(minEnd, operation.end);
    }
  }

  /** Undoes up to the last choice; null: there is none left. */
  #backtrack(): Frame | null {
    for (;;) {
      const frame = this.#stack.pop();
      if (frame === undefined) return null;
      this.#state = frame.state;
      this.#giveBack(frame.index, this.#taken[frame.index]!.operation.outcome === 'ok');
      if (!frame.forced) return frame;
    }
  }

  #take(index: number, ok: boolean): void {
    this.#done[index] = 1;
    this.#next[this.#previous[index]!] = this.#next[index]!;
    this.#previous[this.#next[index]!] = this.#previous[index]!;
    if (ok) this.#open -= 1;
  }

  #giveBack(index: number, ok: boolean): void {
    this.#done[index] = 0;
    this.#next[this.#previous[index]!] = index;
    this.#previous[this.#next[index]!] = index;
    if (ok) this.#open += 1;
  }

  /** Remembers the configuration: the state, and which operations are open among those that can be next. */
  #isNew(): boolean {
    const first = this.#next[this.#tail]!;
    let config = `${first} ${this.#state}|`;
    let minEnd = Infinity;
    for (let at = first; at !== this.#tail; at = this.#next[at]!) {
      const { start, end } = this.#taken[at]!.operation;
      // All that began later are open too: one that had ended before is.
      if (start > minEnd) break;
      minEnd = Math.min(minEnd, end);
      config += packed(at - first);
    }
    const known = this.#seen.size;
    this.#seen.add(config);
    return this.#seen.size > known;
  }
}

/** A number as few characters: these texts are what a search fills its memory with. */
function packed(offset: number): string {
  if (offset < 0xffff) return String.fromCharCode(offset);
  return `\uFFFF${String.fromCharCode(offset >>> 16, offset & 0xffff)}`;
}
