const empty = Buffer.alloc(0);

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

  push(chunk: Buffer): void {
    if (this.offset === this.bytes.length && this.#waiting.length === 0) {
      this.bytes = chunk;
      this.offset = 0;
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
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
    this.#waiting = [];
    this.#waitingBytes = 0;
    return true;
  }

  /**
   * The end (exclusive, without the line break) of the line at `offset`, or -1 while it has not come. A line
   * break is LF, or CR LF. Searches no further than `limit` bytes: check `length` to tell which it was.
   */
  lineEnd(limit: number): number {
    let at = this.bytes.indexOf(10, this.offset);
    if (at < 0 && this.#waitingBytes > 0) {
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
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
