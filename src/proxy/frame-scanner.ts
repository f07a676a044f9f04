import { frameFault, frameHeaderBytes, readFrameHeader } from '../node/frame.ts';
import { classOfNumber, type MessageClass } from '../protocol/message-class.ts';
import type { TrafficCount } from './traffic.ts';

/** The frame that was begun last, as its header has it. */
export interface BegunFrame {
  readonly class: MessageClass;
  readonly part: number;
  readonly parts: number;
}

/**
 * Finds the frames (T3) in a stream that arrives in any chunks, reading headers where they lie. A frame
 * belongs to the chunk that brought its first byte, also when the rest of its header comes later.
 * Once the stream is not frames, counting ends; the bytes are none of its business.
 */
export class FrameScanner {
  /** Bytes of the present frame that are yet to come. */
  #rest = 0;
  /** A header cut in two: what has come of it, and whose count its first byte fell to. */
  #header: Buffer | null = null;
  #headerBytes = 0;
  #begunIn: TrafficCount | null = null;
  #begun: BegunFrame | null = null;
  #garbage = false;

  /** The stream is not frames, and never will be. */
  get garbage(): boolean {
    return this.#garbage;
  }

  /** The last byte was the last of a frame, or nothing has come yet. */
  get between(): boolean {
    return this.#rest === 0 && this.#headerBytes === 0 && !this.#garbage;
  }

  /** And that frame was all of its message, or the last part of it: another may be put in here. */
  get betweenMessages(): boolean {
    return this.between && (this.#begun === null || this.#begun.part === this.#begun.parts - 1);
  }

  get begun(): BegunFrame | null {
    return this.#begun;
  }

  /** Another that is where this one is. A header cut in two is counted by this one alone. */
  fork(): FrameScanner {
    const other = new FrameScanner();
    other.#rest = this.#rest;
    if (this.#headerBytes > 0 && this.#header !== null) other.#header = Buffer.from(this.#header);
    other.#headerBytes = this.#headerBytes;
    other.#begun = this.#begun;
    other.#garbage = this.#garbage;
    return other;
  }

  /** Adds to `count` every frame that begins in `chunk`. */
  scan(chunk: Buffer, count: TrafficCount): void {
    let at = 0;
    while (at < chunk.length) at += this.step(chunk, at, count);
  }

  /** Goes on from `at`, at most to the end of the frame that is there; answers by how many bytes. */
  step(chunk: Buffer, at: number, count: TrafficCount): number {
    if (this.#garbage) return chunk.length - at;
    if (this.#rest > 0) {
      const bytes = Math.min(this.#rest, chunk.length - at);
      this.#rest -= bytes;
      return bytes;
    }
    if (this.#headerBytes > 0 || chunk.length - at < frameHeaderBytes) return this.#gather(chunk, at, count);
    const frameBytes = this.#begin(chunk, at, count);
    const bytes = Math.min(frameBytes, chunk.length - at);
    this.#rest = frameBytes - bytes;
    return bytes;
  }

  #gather(chunk: Buffer, at: number, count: TrafficCount): number {
    if (this.#headerBytes === 0) this.#begunIn = count;
    this.#header ??= Buffer.alloc(frameHeaderBytes);
    const bytes = chunk.copy(this.#header, this.#headerBytes, at);
    this.#headerBytes += bytes;
    if (this.#headerBytes === frameHeaderBytes) {
      this.#headerBytes = 0;
      this.#rest = this.#begin(this.#header, 0, this.#begunIn ?? noCount) - frameHeaderBytes;
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
    this.#begun = { class: messageClass, part: header.part, parts: header.parts };
    return header.frameBytes;
  }
}

/** For those who only want to know where frames are. */
export const noCount: TrafficCount = { add() {} };
