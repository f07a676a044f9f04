import { describe, expect, test } from 'vitest';
import { createLineReader, encodeLine } from '../../src/control/framing.ts';
import { encodeFrames, FrameDecoder } from '../../src/node/frame-codec.ts';
import { frameHeaderBytes, maxBodyBytes, maxMessageBytes } from '../../src/node/frame.ts';
import { RespParser, respBounds } from '../../src/node/resp-parser.ts';
import { RespReplyDecoder } from '../../src/node/resp-reply.ts';
import { encodeCommand, encodeReply } from '../../src/node/resp-writer.ts';
import { messageClasses, type MessageClass } from '../../src/protocol/message-class.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { FrameScanner } from '../../src/proxy/frame-scanner.ts';
import { until } from '../support/until.ts';
import { corpusOf, cutInto, fuzz, spoiled } from './fuzz.ts';
import { respClient } from './resp-client.ts';
import { lonelyLeader } from './scripted-node.ts';
import { fc } from '../support/property.ts';

interface Decoder<T> {
  push(chunk: Buffer): void;
  next(): T | null;
  readonly heldBytes?: number;
}

/**
 * All that a decoder makes of the chunks. A fault is the last of it, whatever follows. What is held is never
 * more than `mostHeld`, nor more than has come.
 */
function decode<T extends { readonly type: string }>(
  decoder: Decoder<T>,
  chunks: readonly Buffer[],
  mostHeld: number,
): T[] {
  const all: T[] = [];
  let come = decoder.heldBytes ?? 0;
  for (const chunk of chunks) {
    decoder.push(chunk);
    come += chunk.length;
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      if (all.at(-1)?.type === 'fault') {
        expect(next).toBe(all.at(-1));
        break;
      }
      all.push(next);
    }
    const held = decoder.heldBytes ?? 0;
    expect(held).toBeGreaterThanOrEqual(0);
    expect(held).toBeLessThanOrEqual(all.at(-1)?.type === 'fault' ? 0 : Math.min(come, mostHeld));
  }
  return all;
}

/** The chunks do not matter, nor whether they are read one by one: the same comes out. */
function sameHoweverCut<T extends { readonly type: string }>(
  create: () => Decoder<T>,
  bytes: Buffer,
  sizes: readonly number[],
  mostHeld: number,
): void {
  const whole = decode(create(), [bytes], bytes.length);
  expect(decode(create(), cutInto(bytes, sizes), mostHeld)).toEqual(whole);
  const late = create();
  for (const chunk of cutInto(bytes, sizes)) late.push(chunk);
  expect(decode(late, [Buffer.alloc(0)], bytes.length)).toEqual(whole);
}

const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { minLength: 1, maxLength: 5 });
const text = (...texts: readonly string[]): fc.Arbitrary<Buffer> =>
  fc.constantFrom(...texts.map((each) => Buffer.from(each, 'latin1')));

describe('fuzz', () => {
  fuzz({
    name: 'resp',
    inputs: spoiled(
      fc.oneof(
        words.map((args) => Buffer.from(encodeCommand(args))),
        text(
          'PING\r\n',
          'SET a "b c"\n',
          '*1\r\n',
          '$3\r\n',
          '*0\r\n',
          '*-1\r\n',
          '$-1\r\n',
          "'",
          '\r\n',
          '\0',
          '*65537\r\n',
        ),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      ),
    ),
    check: (bytes, sizes) =>
      sameHoweverCut(() => new RespParser(), bytes, sizes, respBounds.commandBytes + respBounds.inlineBytes),
  });

  fuzz({
    name: 'resp-replies',
    inputs: spoiled(
      fc.oneof(
        words.map((items) =>
          Buffer.from(
            encodeReply({ kind: 'array', items: items.map((item) => ({ kind: 'bulk', text: item })) }, 3),
            'latin1',
          ),
        ),
        text(
          '+OK\r\n',
          '-ERR no\r\n',
          ':7\r\n',
          '_\r\n',
          '$-1\r\n',
          '%1\r\n',
          '*2\r\n',
          '*-1\r\n',
          '*0\r\n',
          '$4194305\r\n',
        ),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      ),
    ),
    check: (bytes, sizes) => sameHoweverCut(() => new RespReplyDecoder(), bytes, sizes, Infinity),
  });

  const classNames = Object.keys(messageClasses) as MessageClass[];
  const frames = spoiled(
    fc.oneof(
      fc
        .record({
          class: fc.constantFrom(...classNames),
          text: fc.string({ unit: 'grapheme', maxLength: 80 }),
        })
        .map((message) => Buffer.concat(encodeFrames(message as Message))),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    ),
  );

  fuzz({
    name: 'frames',
    inputs: frames,
    check: (bytes, sizes) =>
      sameHoweverCut(
        () => new FrameDecoder(),
        bytes,
        sizes,
        maxMessageBytes + maxBodyBytes + frameHeaderBytes,
      ),
  });

  fuzz({
    name: 'scanned-frames',
    inputs: frames,
    check: (bytes, sizes) => same(scan, bytes, sizes),
  });

  fuzz({
    name: 'control-lines',
    inputs: spoiled(
      fc.oneof(
        fc.jsonValue().map((value) => Buffer.from(encodeLine(value))),
        text('\n', '\r\n', '{"id":', 'null\n', '"', '\xff', 'x'.repeat(60)),
      ),
    ),
    check: (bytes, sizes) => same(read, bytes, sizes),
  });
});

test('garbage on the client port of a node: one error at most and the end, and the node lives', async () => {
  const node = await lonelyLeader();
  for (const { bytes, times = 1 } of corpusOf('resp')) {
    const client = await respClient(node.clientPort);
    client.socket.on('error', () => undefined);
    client.write(Buffer.from(bytes.repeat(times), 'latin1'));
    client.socket.end();
    await until('the end', () => client.closed(), { show: () => [bytes, client.replies] });
    const faults = client.replies.filter(
      (reply) => typeof reply === 'string' && reply.startsWith('-ERR Protocol error: '),
    );
    expect(faults.length, bytes).toBeLessThanOrEqual(1);
    if (faults.length === 1) expect(client.replies.at(-1)).toBe(faults[0]);
  }
  const next = await respClient(node.clientPort);
  expect(await next.ask('PING')).toBe('+PONG');
});

function same(
  readAll: (chunks: readonly Buffer[]) => readonly unknown[],
  bytes: Buffer,
  sizes: readonly number[],
): void {
  expect(readAll(cutInto(bytes, sizes))).toEqual(readAll([bytes]));
}

/** The classes counted, in order. */
function scan(chunks: readonly Buffer[]): readonly string[] {
  const scanner = new FrameScanner();
  const classes: string[] = [];
  const count = { add: (name: string) => void classes.push(name) };
  for (const chunk of chunks) scanner.scan(chunk, count);
  return classes;
}

/** Values, and the reason at the end if there was one: nothing comes after it. */
function read(chunks: readonly Buffer[]): readonly unknown[] {
  const all: unknown[] = [];
  let garbage = 0;
  const push = createLineReader(
    {
      onValue(value) {
        expect(garbage).toBe(0);
        all.push(value);
      },
      onGarbage(reason) {
        garbage += 1;
        expect(garbage).toBe(1);
        all.push({ reason });
      },
    },
    200,
  );
  for (const chunk of chunks) push(chunk);
  return all;
}
