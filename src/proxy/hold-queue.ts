import type { Hit } from './hit.ts';
import type { Scanner } from './scanner.ts';
import { isFrame, type Passed, type TrafficClass, type TrafficCount } from './traffic.ts';

/** Chunks below `smallBytes` are gathered into blocks of `blockBytes`, so that single bytes do not cost a Buffer each. */
const smallBytes = 2048;
const blockBytes = 4096;

/**
 * Bytes that wait, with what began in them. A frame whose class becomes known only after its first byte was
 * held is still counted here, and from here wherever the bytes have been counted by then.
 */
class Block implements TrafficCount {
  /** Where the stream is at its first byte. */
  readonly start: Scanner;
  readonly #bytes: Buffer;
  #used: number;
  readonly #hits: Hit[];
  readonly #counts = new Map<TrafficClass, number>();
  #passed: Passed | null = null;

  constructor(bytes: Buffer, used: number, hits: readonly Hit[], start: Scanner) {
    this.start = start;
    this.#bytes = bytes;
    this.#used = used;
    this.#hits = [...hits];
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }

  get frames(): number {
    return [...this.#counts].reduce(
      (sum, [trafficClass, count]) => sum + (isFrame(trafficClass) ? count : 0),
      0,
    );
  }

  /** Takes `chunk` in if there is room behind what it has. */
  extend(chunk: Buffer): boolean {
    if (this.#bytes.length - this.#used < chunk.length) return false;
    this.#used += chunk.copy(this.#bytes, this.#used);
    return true;
  }

  add(trafficClass: TrafficClass, count: number): void {
    this.#counts.set(trafficClass, (this.#counts.get(trafficClass) ?? 0) + count);
    for (const hit of this.#hits) hit.add(trafficClass, count);
    this.#passed?.add(trafficClass, count);
  }

  /** These bytes are held by one more fault. */
  heldBy(hit: Hit, connection: object): void {
    if (this.#hits.includes(hit)) return;
    this.#hits.push(hit);
    hit.addBytes(connection, this.#used);
    for (const [trafficClass, count] of this.#counts) hit.add(trafficClass, count);
  }

  pass(passed: Passed): Buffer {
    this.#passed = passed;
    passed.bytes += this.#used;
    for (const [trafficClass, count] of this.#counts) passed.add(trafficClass, count);
    return this.bytes;
  }
}

/** The bytes of one way of one connection that have been read and not been let go, in order. */
export class HoldQueue {
  #blocks: Block[] = [];
  #bytes = 0;
  /** The faults the last block was held by when it was begun; another set begins another block. */
  #lastHits: readonly Hit[] | null = null;

  get bytes(): number {
    return this.#bytes;
  }

  /** Frames that began in the waiting bytes. */
  get frames(): number {
    return this.#blocks.reduce((sum, block) => sum + block.frames, 0);
  }

  /**
   * Keeps `chunk` (its memory too, unless it is small), at whose first byte `scanner` is; answers with what
   * counts the frames that begin in it.
   */
  append(chunk: Buffer, hits: readonly Hit[], connection: object, scanner: Scanner): TrafficCount {
    this.#bytes += chunk.length;
    for (const hit of hits) hit.addBytes(connection, chunk.length);
    const last = this.#blocks.at(-1);
    if (last !== undefined && hits === this.#lastHits && chunk.length < smallBytes && last.extend(chunk))
      return last;
    const block = this.#blockOf(chunk, hits, scanner.fork());
    this.#blocks.push(block);
    this.#lastHits = hits;
    return block;
  }

  /** All that waits is held by `hits` too. */
  heldBy(hits: readonly Hit[], connection: object): void {
    for (const block of this.#blocks) {
      for (const hit of hits) block.heldBy(hit, connection);
    }
  }

  /** What is let go next. */
  get first(): Block | null {
    return this.#blocks[0] ?? null;
  }

  /** What to let go now; null when nothing waits. */
  shift(): Block | null {
    const block = this.#blocks.shift();
    if (block === undefined) return null;
    this.#bytes -= block.bytes.length;
    return block;
  }

  clear(): void {
    this.#blocks = [];
    this.#bytes = 0;
  }

  #blockOf(chunk: Buffer, hits: readonly Hit[], start: Scanner): Block {
    if (chunk.length >= smallBytes) return new Block(chunk, chunk.length, hits, start);
    const bytes = Buffer.allocUnsafeSlow(blockBytes);
    return new Block(bytes, chunk.copy(bytes), hits, start);
  }
}
