import { describe, expect, test } from 'vitest';
import { encodeFrames, FrameDecoder, type Decoded } from '../../src/node/frame-codec.ts';
import { frameHeaderBytes, maxBodyBytes, maxMessageBytes, readFrameHeader } from '../../src/node/frame.ts';
import { messageClasses, type MessageClass } from '../../src/protocol/message-class.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { fc } from '../support/property.ts';

interface Sample extends Message {
  readonly text: string;
}

const classNames = Object.keys(messageClasses) as MessageClass[];
const samples: fc.Arbitrary<Sample> = fc.record({
  class: fc.constantFrom(...classNames),
  text: fc.string({ unit: 'grapheme', maxLength: 300 }),
});

function decodeAll(decoder: FrameDecoder, chunks: readonly Buffer[]): Decoded[] {
  const all: Decoded[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      all.push(next);
      if (next.type === 'fault') return all;
    }
  }
  return all;
}

function messagesOf(decoded: readonly Decoded[]): Message[] {
  return decoded.map((item) => {
    if (item.type === 'fault') throw new Error(`${item.kind}: ${item.detail}`);
    return item.message;
  });
}

/** `bytes` in pieces of the given sizes, over and over. */
function cutInto(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

function faultOf(bytes: Buffer): string | null {
  const last = decodeAll(new FrameDecoder(), [bytes]).at(-1);
  return last?.type === 'fault' ? last.kind : null;
}

function frameOf(message: object): Buffer {
  return Buffer.from(encodeFrames(message as Message)[0]!);
}

describe('T3: frames', () => {
  test('any messages, cut anywhere, come out as they went in', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(samples, { minLength: 1, maxLength: 12 }), sizes, (messages, cut) => {
        const bytes = Buffer.concat(messages.flatMap((message) => encodeFrames(message)));
        expect(messagesOf(decodeAll(new FrameDecoder(), cutInto(bytes, cut)))).toEqual(messages);
      }),
    );
  });

  test('a message over 1 MiB travels as parts, byte by byte around each boundary', () => {
    const message: Sample = { class: 'append', text: 'é'.repeat(1_400_000) };
    const frames = encodeFrames(message);
    expect(frames.map((frame) => readFrameHeader(frame, 0)!.part)).toEqual([0, 1, 2]);
    const bytes = Buffer.concat([...frames, ...encodeFrames({ class: 'ack' })]);
    const boundary = frames[0]!.length;
    const chunks = [
      bytes.subarray(0, boundary - 20),
      ...cutInto(bytes.subarray(boundary - 20, boundary + 20), [1]),
      ...cutInto(bytes.subarray(boundary + 20), [65_536]),
    ];
    expect(messagesOf(decodeAll(new FrameDecoder(), chunks))).toEqual([message, { class: 'ack' }]);
  });

  test('a body of exactly 1 MiB is one frame, one byte more is two', () => {
    const empty = Buffer.byteLength(JSON.stringify({ class: 'append', text: '' }));
    const exact = { class: 'append', text: 'x'.repeat(maxBodyBytes - empty) } as Sample;
    expect(encodeFrames(exact)).toHaveLength(1);
    expect(encodeFrames({ ...exact, text: `${exact.text}x` } as Sample)).toHaveLength(2);
  });

  test('a message over 64 MiB is not sent', () => {
    const message = { class: 'append', text: 'x'.repeat(maxMessageBytes) } as Sample;
    expect(() => encodeFrames(message)).toThrow(RangeError);
  });

  test('one that came in small chunks costs no more copying than its size', () => {
    const bytes = Buffer.concat(encodeFrames({ class: 'append', text: 'x'.repeat(8 << 20) } as Sample));
    const concat = Buffer.concat;
    let copied = 0;
    Buffer.concat = (list, length) => {
      const joined = concat(list, length);
      copied += joined.length;
      return joined;
    };
    try {
      expect(decodeAll(new FrameDecoder(), cutInto(bytes, [1000]))).toHaveLength(1);
    } finally {
      Buffer.concat = concat;
    }
    expect(copied).toBeLessThan(3 * bytes.length);
  });
});

describe('T3: what is no frame is a fault, for good', () => {
  const whole = frameOf({ class: 'ack', epoch: 1 });

  test.each([
    ['another version', 'frame-header', (frame: Buffer) => frame.writeUInt8(9, 4)],
    ['a length over the bound', 'frame-header', (frame: Buffer) => frame.writeUInt32BE(0x7fffffff, 0)],
    ['a length shorter than the header', 'frame-header', (frame: Buffer) => frame.writeUInt32BE(3, 0)],
    ['no parts', 'frame-header', (frame: Buffer) => frame.writeUInt16BE(0, 8)],
    ['more parts than 64 MiB have', 'frame-header', (frame: Buffer) => frame.writeUInt16BE(2000, 8)],
    ['a class nobody has', 'frame-class', (frame: Buffer) => frame.writeUInt8(250, 5)],
    ['a class other than the body says', 'frame-body', (frame: Buffer) => frame.writeUInt8(1, 5)],
    ['a flipped bit', 'frame-crc', (frame: Buffer) => frame.writeUInt8(frame[20]! ^ 1, 20)],
  ])('%s', (_, kind, spoil) => {
    const frame = Buffer.from(whole);
    spoil(frame);
    expect(faultOf(frame)).toBe(kind);
  });

  test('parts out of order, missing, or mixed with another message', () => {
    const parts = encodeFrames({ class: 'append', text: 'x'.repeat(3 * maxBodyBytes) } as Sample);
    expect(faultOf(Buffer.concat([parts[1]!]))).toBe('frame-part');
    expect(faultOf(Buffer.concat([parts[0]!, parts[2]!]))).toBe('frame-part');
    expect(faultOf(Buffer.concat([parts[0]!, parts[0]!]))).toBe('frame-part');
    expect(faultOf(Buffer.concat([parts[0]!, whole]))).toBe('frame-part');
  });

  test('after a fault good frames say nothing more', () => {
    const decoder = new FrameDecoder();
    decoder.push(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    expect(decoder.next()).toMatchObject({ type: 'fault', kind: 'frame-header' });
    decoder.push(whole);
    expect(decoder.next()).toMatchObject({ type: 'fault', kind: 'frame-header' });
  });

  test('garbage never throws and never makes a message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: frameHeaderBytes, maxLength: 400 }), (bytes) => {
        const decoded = decodeAll(new FrameDecoder(), [Buffer.from(bytes)]);
        expect(decoded.every((item) => item.type === 'fault')).toBe(true);
      }),
    );
  });

  test('one spoiled byte anywhere is noticed', () => {
    const frame = frameOf({ class: 'subscribe', stream: 7 });
    fc.assert(
      fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const spoiled = Buffer.from(frame);
        spoiled[at] = spoiled[at]! ^ change;
        const decoded = decodeAll(new FrameDecoder(), [spoiled]);
        expect(decoded.filter((item) => item.type === 'message')).toEqual([]);
      }),
    );
  });
});
