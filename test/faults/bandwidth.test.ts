import { describe, expect, test } from 'vitest';
import { Gate, type Payer } from '../../src/faults/bandwidth.ts';
import type { Shape } from '../../src/faults/shape.ts';
import type { MessageClass } from '../../src/protocol/message-class.ts';
import { shapeOf } from './texts.ts';
import { fc } from '../support/property.ts';

interface Grant {
  readonly to: string;
  readonly bytes: number;
  readonly at: number;
}

/** Connections that send units of so many bytes each, one after the other. */
function payer(
  to: string,
  units: readonly number[],
  grants: Grant[],
  messageClass: MessageClass | null = null,
): Payer {
  const owed = [...units];
  return {
    get owes() {
      return owed.length === 0 ? null : { class: messageClass, bytes: owed[0]! };
    },
    pay(bytes, at) {
      grants.push({ to, bytes, at });
      owed[0]! -= bytes;
      if (owed[0]! <= 0) owed.shift();
    },
  };
}

/** Serves whenever the gate says there is something to serve, give or take how late the timer is. */
function run(gate: Gate, payers: readonly Payer[], lateMs: readonly number[] = [0]): void {
  for (const one of payers) gate.join(one);
  let next = gate.serve(0);
  for (let i = 0; next !== null; i += 1) next = gate.serve(next + lateMs[i % lateMs.length]!);
}

describe('a bandwidth', () => {
  const rate = fc.integer({ min: 1000, max: 100_000_000 });
  const units = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 30 });

  test('is kept over every span of time, and used in full, although timers are late', () => {
    fc.assert(
      fc.property(
        rate,
        fc.array(units, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 5 }),
        (bytesPerSecond, all, lateMs) => {
          const grants: Grant[] = [];
          const payers = all.map((one, i) => payer(`p${i}`, one, grants));
          run(new Gate(shapeOf({ bytesPerSecond })), payers, lateMs);
          const total = all.flat().reduce((sum, bytes) => sum + bytes, 0);
          expect(grants.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(total);
          const perMs = bytesPerSecond / 1000;
          const lastMs = grants.at(-1)!.at;
          // A quantum may begin while it is free, and 10 ms may be caught up.
          expect(total).toBeLessThanOrEqual(perMs * (lastMs + 10) + 16 * 1024 + 1);
          const fullMs = total / perMs;
          expect(lastMs).toBeLessThanOrEqual(fullMs + 10 + Math.max(...lateMs));
        },
      ),
    );
  });

  test('is shared round robin, 16 KiB each: a small frame waits for no more than a quantum of a large one', () => {
    const grants: Grant[] = [];
    const large = payer('large', [1_000_000], grants);
    const small = payer('small', [100, 100, 100], grants);
    run(new Gate(shapeOf({ bytesPerSecond: 100_000_000 })), [large, small]);
    expect(grants.slice(0, 6).map(({ to, bytes }) => [to, bytes])).toEqual([
      ['large', 16_384],
      ['small', 100],
      ['large', 16_384],
      ['small', 100],
      ['large', 16_384],
      ['small', 100],
    ]);
  });

  test('catches up what a late timer cost, and nothing of the time it was idle or at rest', () => {
    const granted = (rest: boolean): number => {
      const grants: Grant[] = [];
      const gate = new Gate(shapeOf({ bytesPerSecond: 1_000_000 }));
      gate.join(
        payer(
          'p',
          Array.from({ length: 1000 }, () => 1000),
          grants,
        ),
      );
      gate.serve(0);
      const before = grants.length;
      if (rest) gate.rest();
      gate.serve(500);
      return grants.length - before;
    };
    expect(granted(false)).toBeGreaterThan(480);
    expect(granted(true)).toBeLessThan(20);
  });

  test('trickles when it is low', () => {
    const grants: Grant[] = [];
    run(new Gate(shapeOf({ bytesPerSecond: 10_000 })), [payer('p', [64 * 1024], grants)]);
    expect(Math.max(...grants.map(({ bytes }) => bytes))).toBeLessThanOrEqual(1448);
  });

  test('of one class leaves others alone', () => {
    const shape: Shape = shapeOf({ bytesPerSecond: 1000, only: ['append'] });
    const gate = new Gate(shape);
    expect([gate.isOpen('append'), gate.isOpen('ack'), gate.isOpen(null)]).toEqual([false, true, true]);
    const grants: Grant[] = [];
    run(gate, [payer('append', [20_000], grants, 'append'), payer('ack', [50_000], grants, 'ack')]);
    const acks = grants.filter(({ to }) => to === 'ack');
    expect(acks.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(50_000);
    expect(Math.max(...acks.map(({ at }) => at))).toBe(0);
  });

  test('of two faults: the least counts', () => {
    const grants: Grant[] = [];
    const gate = new Gate([
      ...shapeOf({ bytesPerSecond: 1_000_000 }),
      ...shapeOf({ bytesPerSecond: 100_000 }),
    ]);
    run(gate, [payer('p', [100_000], grants)]);
    expect(grants.at(-1)!.at).toBeGreaterThan(950);
    expect(grants.at(-1)!.at).toBeLessThan(1010);
  });
});
