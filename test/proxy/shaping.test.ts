import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { until } from '../support/until.ts';
import { append, pair } from './streams.ts';
import { frame } from './support.ts';

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
