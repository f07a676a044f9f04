import { frameFault, frameHeaderBytes, readFrameHeader } from '../node/frame.ts';
import { classOfNumber } from '../protocol/message-class.ts';
import type { TrafficCount } from './traffic.ts';

/**
 * Finds the frames (T3) in a stream that arrives in any chunks, reading headers where they lie. A frame
 * belongs to the chunk that brought its first byte, also when the rest of its header comes later.
 * Once the stream is not frames, counting ends; the bytes are none of its business.
 */
export class FrameScanner {
  /** Bytes of the present frame that are yet to come. */
  #rest = 0;
  /** A header cut in two: what has come of it, and whose count its first byte fell to. */
  readonly #header = Buffer.alloc(frameHeaderBytes);
  #headerBytes = 0;
  #begunIn: TrafficCount | null = null;
  #garbage = false;

  /** Adds to `count` every frame that begins in `chunk`. */
  scan(chunk: Buffer, count: TrafficCount): void {
    let at = 0;
    while (at < chunk.length && !this.#garbage) {
      if (this.#rest > 0) {
        const bytes = Math.min(this.#rest, chunk.length - at);
        this.#rest -= bytes;
        at += bytes;
      } else if (this.#headerBytes === 0 && chunk.length - at >= frameHeaderBytes) {
        this.#rest = this.#begin(chunk, at, count);
      } else {
        at += this.#gather(chunk, at, count);
      }
    }
  }

  #gather(chunk: Buffer, at: number, count: TrafficCount): number {
    if (this.#headerBytes === 0) this.#begunIn = count;
    const bytes = chunk.copy(this.#header, this.#headerBytes, at);
    this.#headerBytes += bytes;
    if (this.#headerBytes === frameHeaderBytes) {
      this.#headerBytes = 0;
      this.#rest = this.#begin(this.#header, 0, this.#begunIn ?? count) - frameHeaderBytes;
      this.#begunIn = null;
    }
    return bytes;
  }

  /** The whole frame's length. */
  #begin(bytes: Buffer, at: number, count: TrafficCount): number {
    const header = readFrameHeader(bytes, at);
    const messageClass = header === null ? undefined : classOfNumber(header.classNumber);
    if (header === null || messageClass === undefined || frameFault(header) !== null) {
      this.#garbage = true;
      return frameHeaderBytes;
    }
    count.add(messageClass, 1);
    return header.frameBytes;
  }
}
