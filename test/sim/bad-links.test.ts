import { describe, expect, test } from 'vitest';
import type { Fate } from '../../src/sim/connection.ts';
import { shapeOf } from '../faults/texts.ts';
import { pair, times } from './pair.ts';

describe('a bad link', () => {
  test('makes frames late, in order, whatever the jitter and however the delay changes', () => {
    const link = pair({ latencyMs: [1, 1] });
    for (let i = 0; i < 40; i += 1) {
      link.bad.shape = shapeOf({ by: `f${i}`, delayMs: 20 + ((i * 7) % 30), jitterMs: 20 });
      link.network.verdictsChanged();
      link.send();
      link.run(3);
    }
    link.run(200);
    expect(link.numbers()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(link.fates.filter((fate) => fate === 'delayed')).toHaveLength(40);
    link.bad.shape = shapeOf({ by: 'last', delayMs: 50 });
    link.network.verdictsChanged();
    const sentAt = link.clock.now;
    link.send();
    link.run(100);
    expect(link.arrived.at(-1)!.at - sentAt).toBe(51);
  });

  test('loses, copies and reorders as often as it says, and none when it is healed', () => {
    const link = pair();
    link.bad.shape = shapeOf({ loss: 0.2, duplicate: 0.2, reorder: 0.2 });
    link.network.verdictsChanged();
    times(200, () => {
      link.send();
      link.run(1);
    });
    link.run(1000);
    const told = (fate: Fate): number => link.fates.filter((one) => one === fate).length;
    expect(new Set(link.numbers()).size).toBe(200 - told('lost'));
    expect(link.arrived).toHaveLength(200 - told('lost') + told('duplicated'));
    expect(Math.min(told('lost'), told('duplicated'), told('reordered'))).toBeGreaterThan(10);
    expect(link.numbers()).not.toEqual(link.numbers().toSorted((a, b) => a - b));
    link.bad.shape = [];
    link.network.verdictsChanged();
    link.arrived.length = 0;
    times(50, () => link.send());
    link.run(1000);
    expect(link.numbers()).toEqual(link.numbers().toSorted((a, b) => a - b));
    expect(link.arrived).toHaveLength(50);
  });

  test('lets no more through than its bandwidth, shared by lanes', () => {
    const link = pair({ latencyMs: [1, 1] });
    link.bad.shape = shapeOf({ bytesPerSecond: 1000 });
    link.network.verdictsChanged();
    times(40, () => {
      link.send('log');
      link.send('ctl');
    });
    link.run(60_000);
    expect(link.arrived).toHaveLength(80);
    const bytes = link.arrived.reduce(
      (sum, { n }) => sum + JSON.stringify({ class: n % 2 === 1 ? 'append' : 'subscribe', n }).length,
      0,
    );
    expect(link.arrived.at(-1)!.at).toBeGreaterThan(bytes - 10 - 100);
    expect(link.arrived.at(-1)!.at).toBeLessThan(bytes + 10);
    const half = link.numbers().slice(0, 40);
    expect(half.filter((n) => n % 2 === 0).length).toBeGreaterThan(15);
  });

  test('held, what is under way waits, and goes on from there; a dead machine loses it', () => {
    const link = pair({ latencyMs: [1, 1] });
    link.bad.shape = shapeOf({ delayMs: 50 });
    link.network.verdictsChanged();
    link.send();
    link.run(20);
    link.held.forward = true;
    link.network.verdictsChanged();
    link.run(1000);
    expect(link.arrived).toEqual([]);
    link.held.forward = false;
    link.network.verdictsChanged();
    link.run(30);
    expect(link.arrived).toEqual([]);
    link.run(2);
    expect(link.numbers()).toEqual([1]);
    link.send();
    link.run(20);
    link.boots['n1'] = null;
    link.network.down('n1', false);
    link.run(1000);
    expect(link.numbers()).toEqual([1]);
    expect(link.fates.at(-1)).toBe('lost');
  });
});
