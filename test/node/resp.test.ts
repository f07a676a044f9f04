import { describe, expect, test } from 'vitest';
import { splitInline } from '../../src/node/resp-inline.ts';
import { RespParser, respBounds, type Parsed } from '../../src/node/resp-parser.ts';
import { RespReplyDecoder, type DecodedReply } from '../../src/node/resp-reply.ts';
import { textOf, textsOf } from '../../src/node/resp-text.ts';
import type { RespValue } from '../../src/node/resp-value.ts';
import { encodeCommand, encodeReply } from '../../src/node/resp-writer.ts';
import { fc } from '../support/property.ts';

interface Decoder<T> {
  push(chunk: Buffer): void;
  next(): T | null;
}

/** Everything a decoder makes of `bytes` in pieces of `sizes`; ends at the first fault. */
function decode<T extends { readonly type: string }>(
  decoder: Decoder<T>,
  bytes: Buffer,
  sizes: readonly number[],
): T[] {
  const all: T[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length]!;
    decoder.push(bytes.subarray(at, at + size));
    at += size;
    for (let next = decoder.next(); next !== null; next = decoder.next()) {
      all.push(next);
      if (next.type === 'fault') return all;
    }
  }
  return all;
}

const parse = (bytes: Buffer | string, sizes = [1 << 20]): Parsed[] =>
  decode(new RespParser(), Buffer.from(bytes), sizes);
const faultOf = (bytes: Buffer | string): string | null => {
  const last = parse(bytes).at(-1);
  return last?.type === 'fault' ? last.text : null;
};
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const words = fc.array(
  text.filter((word) => !word.includes('\0')),
  { minLength: 1, maxLength: 6 },
);

describe('commands', () => {
  test('any commands, cut anywhere, are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 8 }), cuts, (commands, sizes) => {
        const parsed = parse(Buffer.from(commands.map(encodeCommand).join('')), sizes);
        const read = parsed.map((item) => (item.type === 'command' ? textsOf(item.args) : item.text));
        expect(read).toEqual(commands);
      }),
    );
  });

  test('arguments are bytes until they are text: binary comes through untouched', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const parsed = parse(Buffer.concat([Buffer.from('*1\r\n$256\r\n'), bytes, Buffer.from('\r\n')]), [7]);
    expect(parsed).toEqual([{ type: 'command', args: [bytes.toString('latin1')], bytes: 256 }]);
  });

  test('inline commands, empty lines and empty arrays between them', () => {
    const parsed = parse('PING\r\n\r\n*0\r\n*-1\r\n  SET a  "b c"\n*1\r\n$4\r\nPING\r\n', [3]);
    const read = parsed.map((item) => (item.type === 'command' ? item.args : item.text));
    expect(read).toEqual([['PING'], ['SET', 'a', 'b c'], ['PING']]);
  });

  test('inline quotes', () => {
    expect(splitInline(String.raw`a "b\n\x41\"" 'c\'d' ""`)).toEqual(['a', 'b\nA"', "c'd", '']);
    for (const wrong of ['"a', 'a"b"', '"a"b', "'a"]) expect(splitInline(wrong), wrong).toBeNull();
    expect(splitInline('   ')).toEqual([]);
  });

  test('a bulk of 8 MiB in small chunks costs no more copying than its size', () => {
    const bytes = Buffer.from(encodeCommand(['SET', 'k', 'x'.repeat(8 << 20)]));
    const concat = Buffer.concat;
    let copied = 0;
    Buffer.concat = (list, length) => {
      const joined = concat(list, length);
      copied += joined.length;
      return joined;
    };
    try {
      expect(parse(bytes, [1000])).toHaveLength(1);
    } finally {
      Buffer.concat = concat;
    }
    expect(copied).toBeLessThan(3 * bytes.length);
  });

  test('a bulk of a quarter MiB byte by byte waits in few pieces: one for each byte would take a hundred', () => {
    const value = Array.from({ length: 40_000 }, (_, i) => `${i};`).join('');
    const bytes = Buffer.from(encodeCommand(['SET', 'k', value]));
    const concat = Buffer.concat;
    let most = 0;
    Buffer.concat = (list, length) => {
      most = Math.max(most, list.length);
      return concat(list, length);
    };
    try {
      expect(parse(bytes, [1])).toMatchObject([{ args: ['SET', 'k', value] }]);
    } finally {
      Buffer.concat = concat;
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThan(32);
  });

  test.each([
    ['*x\r\n', 'invalid multibulk length'],
    ['*65537\r\n', 'invalid multibulk length'],
    [`*${'1'.repeat(64)}`, 'invalid multibulk length'],
    ['*1\r\n:1\r\n', "expected '$'"],
    ['*1\r\n$-1\r\n', 'invalid bulk length'],
    [`*1\r\n$${respBounds.argumentBytes + 1}\r\n`, 'invalid bulk length'],
    ['*1\r\n$abc\r\n', 'invalid bulk length'],
    ['*1\r\n$1\r\nab\r\n', 'a bulk is longer than its length'],
    ['"a\r\n', 'unbalanced quotes in request'],
    ['a'.repeat(respBounds.inlineBytes + 1), 'too big inline request'],
  ])('a breach ends it: %j', (bytes, wrong) => {
    expect(faultOf(bytes)).toBe(`ERR Protocol error: ${wrong}`);
  });

  test('a command beyond 18 MiB in all is refused before its bytes come', () => {
    const half = Buffer.alloc(respBounds.argumentBytes, 0x61);
    const head = Buffer.from(`$${half.length}\r\n`);
    const bytes = [
      Buffer.from('*3\r\n'),
      head,
      half,
      Buffer.from('\r\n'),
      head,
      half,
      Buffer.from('\r\n$1\r\n'),
    ];
    expect(faultOf(Buffer.concat(bytes))).toBe('ERR Protocol error: too big command');
  });

  test('after a fault nothing more is read', () => {
    const parser = new RespParser();
    parser.push(Buffer.from('*1\r\n:1\r\n'));
    expect(parser.next()).toMatchObject({ type: 'fault' });
    parser.push(Buffer.from('PING\r\n'));
    expect(parser.next()).toMatchObject({ type: 'fault' });
  });

  test('garbage never throws', () => {
    const soup = fc.array(fc.constantFrom('*', '$', '\r\n', '1', '2', '-', 'a', '"', "'", ' ', '\0', 'ÿ'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(soup, cuts, (pieces, sizes) => {
        for (const item of parse(Buffer.from(pieces.join(''), 'latin1'), sizes)) {
          expect(['command', 'fault']).toContain(item.type);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('text', () => {
  test('UTF-8 in, text out; NUL and what is no UTF-8 are named', () => {
    const latin1 = (value: string): string => Buffer.from(value).toString('latin1');
    expect(textOf(latin1('häß€😀'))).toEqual({ text: 'häß€😀' });
    expect(textOf('a\0b')).toEqual({ wrong: 'a NUL byte' });
    expect(textOf('\xff')).toEqual({ wrong: 'invalid UTF-8' });
    expect(textsOf(['SET', 'k', '\xc3'])).toEqual({
      refusal: 'ERR argument 3 holds invalid UTF-8; keys and values are text in UTF-8',
    });
  });
});

describe('replies', () => {
  const line = fc.string({ unit: 'grapheme-ascii', maxLength: 40 }).filter((value) => !/[\r\n]/.test(value));
  const { value: values } = fc.letrec<{ value: RespValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.record({ kind: fc.constant('simple' as const), text: line }),
      fc.record({ kind: fc.constant('error' as const), text: line }),
      fc.record({
        kind: fc.constant('integer' as const),
        value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      }),
      fc.record({ kind: fc.constant('bulk' as const), text }),
      fc.constant({ kind: 'null' as const }),
      fc.record({ kind: fc.constant('array' as const), items: fc.array(tie('value'), { maxLength: 4 }) }),
      fc.record({
        kind: fc.constant('map' as const),
        pairs: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }),
      }),
    ),
  }));
  const decodeReplies = (bytes: string | Buffer, sizes = [1 << 20]): DecodedReply[] =>
    decode(new RespReplyDecoder(), typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, sizes);

  test('RESP 3: any replies, cut anywhere, come back as they went', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), cuts, (replies, sizes) => {
        const bytes = replies.map((reply) => encodeReply(reply, 3)).join('');
        const decoded = decodeReplies(bytes, sizes).map((item) =>
          item.type === 'reply' ? item.value : item,
        );
        expect(decoded).toEqual(replies);
      }),
    );
  });

  test('RESP 2: a map is a flat array, null is the null bulk', () => {
    const map: RespValue = { kind: 'map', pairs: [[{ kind: 'bulk', text: 'a' }, { kind: 'null' }]] };
    expect(encodeReply(map, 2)).toBe('*2\r\n$1\r\na\r\n$-1\r\n');
    expect(decodeReplies(encodeReply(map, 2))).toEqual([
      { type: 'reply', value: { kind: 'array', items: [{ kind: 'bulk', text: 'a' }, { kind: 'null' }] } },
    ]);
  });

  test('a line break in an error does not end it early', () => {
    expect(encodeReply({ kind: 'error', text: 'ERR a\r\n+OK' }, 2)).toBe('-ERR a +OK\r\n');
  });

  test.each([
    'hello\r\n',
    ':x\r\n',
    '$99999999999\r\n',
    '$2\r\nabc\r\n',
    `${'*1\r\n'.repeat(20)}:1\r\n`,
    `+${'a'.repeat(70_000)}`,
  ])('what is no reply is a fault: %#', (bytes) => {
    expect(decodeReplies(bytes).at(-1)?.type).toBe('fault');
  });
});
