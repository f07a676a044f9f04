import { describe, expect, test } from 'vitest';
import { createLineReader, encodeLine } from '../../src/control/framing.ts';
import { fc } from '../support/property.ts';

function reader(maxBytes?: number) {
  const values: unknown[] = [];
  const garbage: string[] = [];
  const push = createLineReader(
    { onValue: (value) => values.push(value), onGarbage: (why) => garbage.push(why) },
    maxBytes,
  );
  return { values, garbage, push };
}

describe('framing of the control socket', () => {
  test('lines come out whole, wherever the stream is cut', () => {
    const lines = fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }), n: fc.integer() }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(40)), (sent, cuts) => {
        const { values, garbage, push } = reader();
        const bytes = Buffer.from(sent.map(encodeLine).join(''));
        let at = 0;
        for (const cut of cuts) {
          push(bytes.subarray(at, at + cut));
          at += cut;
        }
        push(bytes.subarray(at));
        expect(values).toEqual(sent);
        expect(garbage).toEqual([]);
      }),
    );
  });

  test('garbage is reported once, and nothing after it is read', () => {
    const { values, garbage, push } = reader();
    push(Buffer.from('{"a":1}\nGET / HTTP/1.1\r\n{"b":2}\n'));
    push(Buffer.from('also garbage\n'));
    expect(values).toEqual([{ a: 1 }]);
    expect(garbage).toEqual(['a line is not JSON']);
  });

  test('a line without an end is bounded, in one piece or in many', () => {
    const whole = reader(100);
    whole.push(Buffer.alloc(101, 'x'));
    expect(whole.garbage).toEqual(['a line is longer than 100 bytes']);

    const pieces = reader(100);
    for (let i = 0; i < 20; i += 1) pieces.push(Buffer.alloc(10, 'x'));
    expect(pieces.garbage).toEqual(['a line is longer than 100 bytes']);
  });

  test('a line of exactly the bound is read', () => {
    const { values, garbage, push } = reader(10);
    push(Buffer.from('"12345678"\n'));
    expect(values).toEqual(['12345678']);
    expect(garbage).toEqual([]);
  });
});
