const empty = Buffer.alloc(0);
/** Chunks under this size are copied together: a buffer of its own for every byte would take a hundred. */
const smallBytes = 1024;
const gatherBytes = 16 * 1024;

/**
 * Chunks of a stream, read as contiguous bytes: `bytes` from `offset` on. Decoders ask `ensure` for as much
 * as they need next; chunks are joined only once that much has come, so that a large item in many chunks is
 * copied a bounded number of times, however the chunks fall.
 */
export class ByteFeed {
  bytes: Buffer = empty;
  offset = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** A line break is among what waits: until then a line is not joined anew with every chunk. */
  #lineBreakWaits = false;
  /** Where small chunks go, whose used part is the last of `#waiting`; null when another is to be begun. */
  #gathering: Buffer | null = null;

  push(chunk: Buffer): void {
    if (this.offset === this.bytes.length && this.#waiting.length === 0) {
      this.bytes = chunk;
      this.offset = 0;
      return;
    }
    this.#waitingBytes += chunk.length;
    this.#lineBreakWaits ||= chunk.includes(10);
    if (chunk.length < smallBytes) return this.#gather(chunk);
    this.#waiting.push(chunk);
    this.#gathering = null;
  }

  /** Bytes not yet read. */
  get length(): number {
    return this.bytes.length - this.offset + this.#waitingBytes;
  }

  /** True when `count` unread bytes are contiguous from `offset`; false while they have not come. */
  ensure(count: number): boolean {
    if (this.bytes.length - this.offset >= count) return true;
    if (this.length < count) return false;
    this.#waiting.unshift(this.bytes.subarray(this.offset));
    this.bytes = Buffer.concat(this.#waiting);
    this.offset = 0;
    this.#forgetWaiting();
    return true;
  }

  /**
   * The end (exclusive, without the line break) of the line at `offset`, or -1 while it has not come. A line
   * break is LF, or CR LF. Searches no further than `limit` bytes: check `length` to tell which it was.
   */
  lineEnd(limit: number): number {
    let at = this.bytes.indexOf(10, this.offset);
    if (at < 0 && this.#lineBreakWaits) {
      this.ensure(this.length);
      at = this.bytes.indexOf(10, this.offset);
    }
    if (at < 0 || at - this.offset > limit) return -1;
    return at > this.offset && this.bytes[at - 1] === 13 ? at - 1 : at;
  }

  /** Moves `offset` behind the line that ends at `end`. */
  skipLine(end: number): void {
    this.offset = end + (this.bytes[end] === 13 ? 2 : 1);
  }

  clear(): void {
    this.bytes = empty;
    this.offset = 0;
    this.#forgetWaiting();
  }

  #gather(chunk: Buffer): void {
    const last = this.#gathering === null ? empty : this.#waiting.pop()!;
    let into = this.#gathering;
    if (into === null || last.length + chunk.length > gatherBytes) {
      if (into !== null) this.#waiting.push(last);
      this.#gathering = into = Buffer.allocUnsafeSlow(gatherBytes);
      chunk.copy(into);
      this.#waiting.push(into.subarray(0, chunk.length));
      return;
    }
    chunk.copy(into, last.length);
    this.#waiting.push(into.subarray(0, last.length + chunk.length));
  }

  #forgetWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lineBreakWaits = false;
    this.#gathering = null;
  }
}
