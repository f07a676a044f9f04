import { expect, test } from 'vitest';
import { TokenBucket } from '../../src/lib/token-bucket.ts';
import { fc } from '../support/property.ts';

test('over any stretch of time it gives at most its rate and what was saved up, and no less when asked', () => {
  const rate = fc.integer({ min: 1, max: 5000 });
  const gaps = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(rate, fc.integer({ min: 1, max: 20 }), gaps, (perS, most, waits) => {
      const bucket = new TokenBucket(perS, most, 0);
      let now = 0;
      let given = 0;
      for (const wait of waits) {
        now += wait;
        while (bucket.take(now)) given += 1;
      }
      expect(given).toBeLessThanOrEqual(most + (now * perS) / 1000 + 1e-3);
    }),
  );
});

test('after the wait it names there is one, and not before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      (perS, at) => {
        const bucket = new TokenBucket(perS, 1, at);
        expect(bucket.take(at)).toBe(true);
        expect(bucket.take(at)).toBe(false);
        const waitMs = bucket.waitMs(at);
        expect(waitMs).toBeCloseTo(1000 / perS, 3);
        expect(bucket.take(at + waitMs * 0.99)).toBe(false);
        expect(bucket.take(at + waitMs + 1e-6)).toBe(true);
      },
    ),
  );
});
