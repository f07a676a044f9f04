import { assert } from '../lib/assert.ts';
import { Heap } from '../lib/heap.ts';
import type { Rng } from '../lib/rng.ts';

/** Virtual time counts in these: a binary fraction, so that sums of durations are exact. */
const quantumMs = 1 / 16;

/** The least virtual duration that is not below `ms`. */
function quantize(ms: number): number {
  return Math.ceil(ms / quantumMs) * quantumMs;
}

/** Lowest and highest, both included. */
export type Range = readonly [low: number, high: number];

/** A duration within `range`, evenly drawn. */
export function drawMs(rng: Rng, range: Range): number {
  return quantize(range[0] + rng.next() * (range[1] - range[0]));
}

interface Scheduled {
  readonly at: number;
  run(): void;
}

/** Virtual time: the next thing to happen happens next, and nothing takes any time meanwhile. */
export class Scheduler {
  readonly #heap = new Heap<Scheduled>((a, b) => a.at - b.at);
  #now = 0;

  /** Virtual ms since the world began. */
  get now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): void {
    assert(delayMs >= 0, 'virtual time does not run backwards', { delayMs });
    this.#heap.push({ at: this.#now + quantize(delayMs), run });
  }

  /** Runs the next thing, unless it lies after `until`; false when there was none. */
  next(until: number): boolean {
    const first = this.#heap.peek();
    if (first === undefined || first.at > until) return false;
    this.#heap.pop();
    this.#now = first.at;
    first.run();
    return true;
  }

  /** Time passes although nothing happens. */
  skipTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }
}
