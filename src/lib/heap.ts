/** A binary heap: the least item first, ties in insertion order (which keeps the simulator deterministic). */
export class Heap<T> {
  readonly #items: { readonly item: T; readonly seq: number }[] = [];
  readonly #compare: (a: T, b: T) => number;
  #seq = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  /** All of them, in order of insertion. */
  items(): readonly T[] {
    return this.#items.toSorted((a, b) => a.seq - b.seq).map(({ item }) => item);
  }

  peek(): T | undefined {
    return this.#items[0]?.item;
  }

  push(item: T): void {
    this.#items.push({ item, seq: this.#seq });
    this.#seq += 1;
    this.#up(this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (first === undefined || last === undefined) return undefined;
    if (this.#items.length > 0) {
      this.#items[0] = last;
      this.#down(0);
    }
    return first.item;
  }

  #less(i: number, j: number): boolean {
    const a = this.#items[i]!;
    const b = this.#items[j]!;
    const order = this.#compare(a.item, b.item);
    return order === 0 ? a.seq < b.seq : order < 0;
  }

  #swap(i: number, j: number): void {
    [this.#items[i], this.#items[j]] = [this.#items[j]!, this.#items[i]!];
  }

  #up(from: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#less(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(from: number): void {
    let i = from;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#less(right, left) ? right : left;
      if (!this.#less(child, i)) return;
      this.#swap(i, child);
      i = child;
    }
  }
}
