import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { until } from '../support/until.ts';
import { append, decoded, pair, through } from './streams.ts';
import { frame } from './support.ts';

describe('frames under a shape', { timeout: 30_000 }, () => {
  test('are lost, copied and overtaken whole, and every one of it is counted', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --loss 10% --duplicate 10% --reorder 10%');
    const count = 2000;
    for (let n = 0; n < count; n += 1) from.socket.write(append(n, n % 300));
    from.socket.end();
    await until('the end', () => to.ended);
    const numbers = decoded(to.received());
    const seen = new Set(numbers);
    const { counts, payload, byClass } = await net.hit('f1');
    expect(counts).toEqual({
      lost: count - seen.size,
      duplicated: numbers.length - seen.size,
      reordered: expect.any(Number),
      stalled: 0,
    });
    expect(counts['lost']).toBeGreaterThan(100);
    expect(counts['duplicated']).toBeGreaterThan(100);
    expect(numbers.some((n, i) => i > 0 && n < numbers[i - 1]!)).toBe(true);
    expect(counts['reordered']).toBeGreaterThan(100);
    expect(byClass).toEqual({ append: payload });
    expect((await net.link('n1->n2')).frames).toBe(numbers.length);
  });

  test('the same script meets the same losses', async () => {
    const lostOf = async (): Promise<readonly number[]> => {
      const { net, from, to } = await pair();
      await net.faults('link n1:n2 --loss 20%');
      for (let n = 0; n < 300; n += 1) from.socket.write(append(n));
      from.socket.end();
      await until('the end', () => to.ended);
      return decoded(to.received());
    };
    expect(await lostOf()).toEqual(await lostOf());
  });

  test('stay whole when a fault begins, changes or ends in the middle of one', async () => {
    const { net, from, to } = await pair();
    const rng = createRng('cuts');
    const faults = [
      ['link n1:n2 --loss 20% --duplicate 20% --reorder 20%'],
      ['link n1:n2 --delay 3ms --jitter 3ms'],
      ['link n1:n2 --class append --delay 4ms --reorder 50% --bandwidth 5MB/s'],
      ['link n1:n2 --bandwidth 2MB/s'],
      ['link n1:n2 --reorder 30%', 'cut n1:n2'],
      [],
    ];
    const sent = Buffer.concat(
      Array.from({ length: 1500 }, (_, n) => append(n, rng.pick([0, 10, 900, 5000]))),
    );
    for (let at = 0; at < sent.length;) {
      const bytes = rng.between(1, rng.pick([8, 3000, 30_000]));
      from.socket.write(sent.subarray(at, at + bytes));
      at += bytes;
      if (rng.chance(0.4)) await net.faults(...rng.pick(faults));
    }
    await net.faults();
    from.socket.end();
    await until('the end', () => to.ended);
    expect(new Set(decoded(to.received())).size).toBeGreaterThan(1000);
  });

  test('of a message in parts are all lost or none', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --loss 50% --duplicate 50% --reorder 50%');
    for (let n = 0; n < 12; n += 1) from.socket.write(append(n, n % 2 === 0 ? 2_300_000 : 10));
    from.socket.end();
    await until('the end', () => to.ended);
    const large = decoded(to.received()).filter((n) => n % 2 === 0);
    expect(large.length).toBeGreaterThan(0);
    expect(large.length).toBeLessThan(6);
    expect(large).toEqual(large.toSorted((a, b) => a - b));
  });

  test('that were overtaken come before FIN when the fault is healed', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --delay 60s --reorder 50% --duplicate 50%');
    for (let n = 0; n < 40; n += 1) from.socket.write(append(n));
    from.socket.end();
    await until('all of it to be under way', async () => (await net.hit('f1')).payload === 40);
    const { counts } = await net.hit('f1');
    await net.faults();
    await until('the end', () => to.ended);
    const numbers = decoded(to.received());
    expect(new Set(numbers).size).toBe(40);
    expect(numbers).toHaveLength(40 + counts['duplicated']!);
    expect((await net.link('n1->n2')).frames).toBe(numbers.length);
  });

  test('that were overtaken when their sender died within a message are lost with it, and count as lost', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --delay 20ms --reorder 100%');
    const whole = 60;
    for (let n = 0; n < whole; n += 1) from.socket.write(append(n));
    const large = append(whole, 2_300_000);
    from.socket.end(large.subarray(0, 1_500_000));
    await until('the end', () => to.ended);
    const { counts } = await net.hit('f1');
    expect(counts['reordered']).toBe(whole);
    expect(decoded(to.received())).toHaveLength(whole - counts['lost']!);
    expect((await net.link('n1->n2')).held.forward).toBe(0);
  });

  test('a message that was being lost goes on being lost when another fault takes over', async () => {
    const { net, from, to } = await pair();
    const large = append(1, 2_300_000);
    await net.faults('link n1:n2 --loss 100%');
    from.socket.write(large.subarray(0, 1_500_000));
    await until('its first part to be lost', async () => (await net.hit('f1')).counts['lost'] === 1);
    await net.faults('link n2:n1 --delay 1ms', 'link n1:n2 --delay 1ms');
    from.socket.end(Buffer.concat([large.subarray(1_500_000), append(2)]));
    await until('the end', () => to.ended);
    expect(decoded(to.received())).toEqual([2]);
  });

  test('of another class than the one meant are left alone, and so is the hello', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --class append,hello --loss 100%');
    from.socket.write(Buffer.concat([frame('hello', 5), frame('append', 50), frame('ack', 7)]));
    from.socket.end();
    await until('the end', () => to.ended);
    expect(to.received()).toHaveLength(14 + 5 + 14 + 7);
    expect(await net.hit('f1')).toMatchObject({ byClass: { append: 1 }, payload: 1, counts: { lost: 1 } });
    await through(net);
  });
});
