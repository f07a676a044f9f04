import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { encodeFrames, FrameDecoder } from '../../src/node/frame-codec.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { until } from '../support/until.ts';
import { type End, frame, type Net, startNet } from './support.ts';

interface Numbered extends Message {
  readonly n: number;
}

async function pair(link = 'n1->n2'): Promise<{ net: Net; from: End; to: End }> {
  const net = await startNet(['n1', 'n2']);
  const from = await net.dial(link);
  const { replication, client } = net.nodes.get('n2')!;
  const target = link.startsWith('client') ? client : replication;
  return { net, from, to: await until('a connection', () => target.accepted[0]) };
}

/** As a node reads it; throws at the first byte that is not of a whole frame with its own checksum. */
function decoded(bytes: Buffer): number[] {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  const numbers: number[] = [];
  for (let next = decoder.next(); next !== null; next = decoder.next()) {
    if (next.type === 'fault') throw new Error(`${next.kind}: ${next.detail}`);
    numbers.push((next.message as Numbered).n);
  }
  return numbers;
}

function append(n: number, chars = 60): Buffer {
  const message: Numbered & { readonly fill: string } = { class: 'append', n, fill: '.'.repeat(chars) };
  return Buffer.concat(encodeFrames(message));
}

/** Everything written is neither waiting nor under way. */
async function through(net: Net, link = 'n1->n2'): Promise<void> {
  await until('nothing to be under way', async () => (await net.link(link)).held.forward === 0);
}

describe('delay', () => {
  test('nothing arrives before its time, on new and on live connections, and it is told both ways', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --both --delay 60ms');
    const sentAt = performance.now();
    from.socket.write(frame('append', 10));
    await until('it', () => to.received().length > 0);
    expect(performance.now() - sentAt).toBeGreaterThan(59);
    expect(await net.link('n1->n2')).toMatchObject({
      state: 'slow',
      delayMs: 60,
      roundTripMs: 120,
      faults: ['f1'],
    });
    expect(await net.link('client->n2')).toMatchObject({ state: 'ok', delayMs: 0, roundTripMs: 0 });
    expect(await net.hit('f1')).toMatchObject({
      byClass: { append: 1 },
      payload: 1,
      bytes: 24,
      connections: 1,
    });

    const again = await net.dial('n1->n2');
    const dialledAt = performance.now();
    again.socket.write(frame('ack', 10));
    await until('it', () => (net.nodes.get('n2')!.replication.accepted[1]?.received().length ?? 0) > 0);
    expect(performance.now() - dialledAt).toBeGreaterThan(59);
  });

  test('order is kept under jitter, and when the delay changes', async () => {
    const { net, from, to } = await pair();
    const rng = createRng('delays');
    let expected = '';
    for (let line = 0; line < 1500; line += 1) {
      expected += `${line}\n`;
      from.socket.write(`${line}\n`);
      if (line % 50 === 0) await net.faults(`link n1:n2 --delay ${rng.between(5, 40)}ms --jitter 5ms`);
    }
    await until('every line', () => to.received().length === expected.length);
    expect(to.received().toString()).toBe(expected);
  });

  test('healed, all that is under way arrives at once', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --delay 60s');
    from.socket.write('late');
    await until('it to be under way', async () => (await net.link('n1->n2')).held.forward === 4);
    await net.faults();
    await until('it', () => to.received().toString() === 'late');
  });

  test('FIN comes behind the bytes, a reset late and without them', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --delay 40ms');
    from.socket.end('the last words');
    await until('FIN', () => to.ended);
    expect(to.received().toString()).toBe('the last words');

    const second = await net.dial('n1->n2');
    const other = await until('a connection', () => net.nodes.get('n2')!.replication.accepted[1]);
    second.socket.write('lost');
    await until('it to be under way', async () => (await net.link('n1->n2')).held.forward === 4);
    second.socket.resetAndDestroy();
    await until('the reset', () => other.closed);
    expect([other.error, other.received().length]).toEqual(['ECONNRESET', 0]);
  });

  test('is not what bandwidth is capped by: 16 MiB under way at once', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --delay 60s');
    const sent = Buffer.alloc(16 * 1024 * 1024, 'abcdefg');
    from.socket.write(sent);
    await until(
      'all of it to be under way',
      async () => (await net.link('n1->n2')).held.forward === sent.length,
    );
    await net.faults();
    await until('all of it', () => to.socket.bytesRead === sent.length);
    expect(to.received().equals(sent)).toBe(true);
  });
});

describe('hold (T8)', () => {
  test('what was held comes through the delay and not past the bandwidth', async () => {
    const { net, from, to } = await pair();
    const link = 'link n1:n2 --delay 50ms --bandwidth 200KB/s';
    await net.faults(link, 'cut n1:n2');
    const sent = Buffer.alloc(40_000, 'abcdefg');
    from.socket.write(sent);
    await until('it to be held', async () => (await net.link('n1->n2')).held.forward === sent.length);
    expect(to.received()).toHaveLength(0);
    const healedAt = performance.now();
    await net.faults(link);
    await until('the first of it', () => to.received().length > 0);
    expect(performance.now() - healedAt).toBeGreaterThan(49);
    await until('all of it', () => to.received().length === sent.length);
    // 200 ms for 40 kB, less the 10 ms and the quantum that a bucket may be ahead.
    expect(performance.now() - healedAt).toBeGreaterThan(49 + 200 - 10 - 15);
    expect(to.received().equals(sent)).toBe(true);
  });

  test('what was under way when the hold began stays, and counts as lost in flight when its sender dies', async () => {
    const { net, from, to } = await pair();
    await net.faults('link n1:n2 --delay 60s');
    from.socket.write(Buffer.concat([append(1), append(2)]));
    const bytes = append(1).length * 2;
    await until('it to be under way', async () => (await net.link('n1->n2')).held.forward === bytes);
    await net.faults('link n1:n2 --delay 1ms', 'cut n1:n2');
    await until('it to be held', async () => (await net.link('n1->n2')).state === 'held');
    expect(await net.proxy.discard('n1')).toEqual({ frames: 2, bytes });
    await until('the reset', () => to.closed);
    expect(to.received()).toHaveLength(0);
  });
});

describe('bandwidth', () => {
  test('is what passes in a second, shared by the connections of the link', async () => {
    const { net, from } = await pair();
    const second = await net.dial('n1->n2');
    await net.faults('link n1:n2 --bandwidth 500KB/s');
    const beganAt = performance.now();
    const sent = Buffer.alloc(60_000, 'abcdefg');
    from.socket.write(sent);
    second.socket.write(sent);
    const { replication } = net.nodes.get('n2')!;
    await until('all of it', () => replication.text().length === 2 * sent.length);
    expect(performance.now() - beganAt).toBeGreaterThan(240 - 10 - 10);
  });

  test('of one lane leaves the others alone: a heartbeat passes while an append waits (T2)', async () => {
    const { net, from } = await pair();
    const ctl = await net.dial('n1->n2');
    await net.faults('link n1:n2 --lane log --bandwidth 1KB/s');
    from.socket.write(append(1, 200_000));
    await until('it to wait', async () => (await net.link('n1->n2')).held.forward > 200_000);
    ctl.socket.write(frame('heartbeat', 30));
    const { replication } = net.nodes.get('n2')!;
    await until('the heartbeat', () => replication.text().length === 44);
    expect(await net.hit('f1')).toMatchObject({ byClass: {}, payload: 0 });
    await net.faults();
    await until('the append', () => replication.text().length > 200_000);
  });
});

describe('frames', () => {
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

describe('a stream of a client', () => {
  test('loses nothing: a lost segment stalls it', async () => {
    const { net, from, to } = await pair('client->n2');
    await net.faults('link client:n2 --loss 30%');
    const beganAt = performance.now();
    for (let n = 0; n < 4; n += 1) {
      from.socket.write(`request ${n};`);
      await until('it', () => to.received().toString().endsWith(`${n};`));
    }
    const { counts } = await net.hit('f1');
    expect(counts).toMatchObject({ lost: 0 });
    expect(performance.now() - beganAt).toBeGreaterThan(199 * counts['stalled']!);
  });
});
