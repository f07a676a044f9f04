import { crc32 } from 'node:zlib';
import { classOfNumber, messageClasses, type MessageClass } from '../protocol/message-class.ts';
import type { Message } from '../protocol/protocol.ts';
import { ByteFeed } from './byte-feed.ts';
import {
  frameFault,
  frameHeaderBytes,
  frameVersion,
  maxBodyBytes,
  maxMessageBytes,
  readFrameHeader,
  type FrameHeader,
} from './frame.ts';

/** What makes a connection unreadable from here on: it is closed, and counted under this name (T3). */
export type FrameFaultKind = 'frame-header' | 'frame-crc' | 'frame-class' | 'frame-part' | 'frame-body';

export type Decoded =
  | { readonly type: 'message'; readonly message: Message; readonly shard: number; readonly bytes: number }
  | { readonly type: 'fault'; readonly kind: FrameFaultKind; readonly detail: string };

/**
 * One message as the frames of one lane, in order. Of the first shard the body is the message, of another it is
 * `{"shard":1,"message":…}`, within what the checksum covers. Throws RangeError over `maxMessageBytes`.
 */
export function encodeFrames(message: Message, shard = 0): readonly Buffer[] {
  const json = JSON.stringify(message);
  const text = shard === 0 ? json : `{"shard":${shard},"message":${json}}`;
  const bodyBytes = Buffer.byteLength(text);
  const { number } = messageClasses[message.class];
  if (bodyBytes <= maxBodyBytes) {
    const frame = Buffer.allocUnsafe(frameHeaderBytes + bodyBytes);
    frame.write(text, frameHeaderBytes, 'utf8');
    return [sealFrame(frame, number, 0, 1)];
  }
  if (bodyBytes > maxMessageBytes) {
    throw new RangeError(
      `a ${message.class} of ${bodyBytes} bytes: a message has at most ${maxMessageBytes}`,
    );
  }
  return splitBody(Buffer.from(text), number);
}

function splitBody(body: Buffer, classNumber: number): readonly Buffer[] {
  const parts = Math.ceil(body.length / maxBodyBytes);
  return Array.from({ length: parts }, (_, part) => {
    const slice = body.subarray(part * maxBodyBytes, (part + 1) * maxBodyBytes);
    const frame = Buffer.allocUnsafe(frameHeaderBytes + slice.length);
    slice.copy(frame, frameHeaderBytes);
    return sealFrame(frame, classNumber, part, parts);
  });
}

function sealFrame(frame: Buffer, classNumber: number, part: number, parts: number): Buffer {
  frame.writeUInt32BE(frame.length - 4, 0);
  frame[4] = frameVersion;
  frame[5] = classNumber;
  frame.writeUInt16BE(part, 6);
  frame.writeUInt16BE(parts, 8);
  frame.writeUInt32BE(crc32(frame.subarray(frameHeaderBytes)), 10);
  return frame;
}

/** Reads the frames of one connection. After a fault it answers nothing but that fault. */
export class FrameDecoder {
  readonly #feed = new ByteFeed();
  /** Bodies of a message whose later parts are to come. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  #first: FrameHeader | null = null;
  #fault: Decoded | null = null;

  /** What it keeps until more bytes come: at most a message, and a half-read chunk. */
  get heldBytes(): number {
    return this.#feed.length + this.#partBytes;
  }

  push(chunk: Buffer): void {
    if (this.#fault === null) this.#feed.push(chunk);
  }

  /** The next whole message, a fault, or null until more bytes come. */
  next(): Decoded | null {
    if (this.#fault !== null) return this.#fault;
    for (;;) {
      const decoded = this.#frame();
      if (decoded === 'part') continue;
      if (decoded !== null && decoded.type === 'fault') {
        this.#fault = decoded;
        this.#feed.clear();
        this.#parts = [];
        this.#partBytes = 0;
      }
      return decoded;
    }
  }

  #frame(): Decoded | 'part' | null {
    const feed = this.#feed;
    if (!feed.ensure(frameHeaderBytes)) return null;
    const header = readFrameHeader(feed.bytes, feed.offset)!;
    const wrong = frameFault(header);
    if (wrong !== null) return fault('frame-header', wrong);
    const messageClass = classOfNumber(header.classNumber);
    if (messageClass === undefined) return fault('frame-class', `class ${header.classNumber}`);
    if (!this.#continues(header)) return fault('frame-part', `part ${header.part} of ${header.parts}`);
    if (!feed.ensure(header.frameBytes)) return null;
    const body = feed.bytes.subarray(feed.offset + frameHeaderBytes, feed.offset + header.frameBytes);
    feed.offset += header.frameBytes;
    if (crc32(body) !== header.crc) return fault('frame-crc', `a ${messageClass} frame`);
    return this.#collect(header, body, messageClass);
  }

  /** Parts of one message follow each other without a gap, and nothing comes between them. */
  #continues({ part, parts, classNumber }: FrameHeader): boolean {
    if (this.#first === null) return part === 0;
    return (
      part === this.#parts.length && parts === this.#first.parts && classNumber === this.#first.classNumber
    );
  }

  #collect(header: FrameHeader, body: Buffer, messageClass: MessageClass): Decoded | 'part' {
    if (header.parts === 1) return parseBody(body, messageClass);
    this.#partBytes += body.length;
    if (this.#partBytes > maxMessageBytes) return fault('frame-part', `over ${maxMessageBytes} bytes`);
    this.#parts.push(body);
    this.#first ??= header;
    if (this.#parts.length < header.parts) return 'part';
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#partBytes = 0;
    this.#first = null;
    return parseBody(whole, messageClass);
  }
}

function parseBody(body: Buffer, messageClass: MessageClass): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return fault('frame-body', `a ${messageClass} that is not JSON`);
  }
  const { shard, message } = unwrapped(value);
  if (!isMessage(message, messageClass)) return fault('frame-body', `no ${messageClass} within`);
  if (!Number.isSafeInteger(shard)) return fault('frame-body', `a ${messageClass} of no shard`);
  return { type: 'message', message, shard: shard as number, bytes: body.length + frameHeaderBytes };
}

function unwrapped(value: unknown): { readonly shard: unknown; readonly message: unknown } {
  if (typeof value !== 'object' || value === null || !('shard' in value)) return { shard: 0, message: value };
  return { shard: value.shard, message: 'message' in value ? value.message : null };
}

function isMessage(value: unknown, messageClass: MessageClass): value is Message {
  return typeof value === 'object' && value !== null && 'class' in value && value.class === messageClass;
}

function fault(kind: FrameFaultKind, detail: string): Decoded {
  return { type: 'fault', kind, detail };
}
