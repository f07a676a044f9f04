import { countBefore } from './sorted.ts';

/**
 * Numbers with a label, of which one asks: how many are greater than this, and what is the least label among
 * them? A Fenwick tree over the numbers there can be. O(log n) each.
 */
export class Tree {
  readonly #numbers: readonly number[];
  readonly #counts: Int32Array;
  readonly #least: Float64Array;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers.toSorted((a, b) => a - b);
    this.#counts = new Int32Array(numbers.length + 1);
    this.#least = new Float64Array(numbers.length + 1).fill(Infinity);
  }

  add(number: number, label: number): void {
    for (let i = this.#fromEnd(number); i < this.#counts.length; i += i & -i) {
      this.#counts[i]! += 1;
      this.#least[i] = Math.min(this.#least[i]!, label);
    }
  }

  after(number: number): { readonly count: number; readonly least: number } {
    let count = 0;
    let least = Infinity;
    const greater =
      this.#numbers.length - countBefore(this.#numbers.length, (i) => this.#numbers[i]! > number);
    for (let i = greater; i > 0; i -= i & -i) {
      count += this.#counts[i]!;
      least = Math.min(least, this.#least[i]!);
    }
    return { count, least };
  }

  /** The greatest number has place 1. */
  #fromEnd(number: number): number {
    return this.#numbers.length - countBefore(this.#numbers.length, (i) => this.#numbers[i]! >= number);
  }
}
