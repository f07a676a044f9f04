import { expect, test } from 'vitest';
import { compareText, exceedsJsonBytes, jsonBytes } from '../../src/lib/text.ts';
import { fc } from '../support/property.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom('a', '\u{1f600}', '\u{1f601}', '\uffff', '\ud7ff', '\ue000', '"', '\n', '\0', '\u007f'),
      { maxLength: 5 },
    )
    .map((parts) => parts.join('')),
);

test('compareText orders as the bytes of UTF-8 do', () => {
  fc.assert(
    fc.property(text, text, (x, y) => {
      const [a, b] = [x.toWellFormed(), y.toWellFormed()];
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2000 },
  );
});

test('jsonBytes counts what JSON.stringify makes, in UTF-8', () => {
  fc.assert(
    fc.property(text, (raw) => {
      const wellFormed = raw.toWellFormed();
      const bytes = Buffer.byteLength(JSON.stringify(wellFormed)) - 2;
      expect(jsonBytes(wellFormed)).toBe(bytes);
      expect([exceedsJsonBytes(wellFormed, bytes), exceedsJsonBytes(wellFormed, bytes - 1)]).toEqual([
        false,
        true,
      ]);
    }),
    { numRuns: 2000 },
  );
});
