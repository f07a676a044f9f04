import { describe, expect, test } from 'vitest';
import { holdBytes } from '../../src/proxy/pipe.ts';
import { readBytes } from '../../src/proxy/socket.ts';
import { until } from '../support/until.ts';
import { type End, startNet } from './support.ts';

/** Waits until the proxy holds exactly `bytes` forward on the link. */
async function heldForward(
  net: Awaited<ReturnType<typeof startNet>>,
  link: string,
  bytes: number,
): Promise<void> {
  await until(`${bytes} bytes held on ${link}`, async () => (await net.link(link)).held.forward === bytes, {
    show: () => net.link(link),
  });
}

async function pair(
  link = 'n1->n2',
): Promise<{ net: Awaited<ReturnType<typeof startNet>>; from: End; to: End }> {
  const net = await startNet(['n1', 'n2']);
  const from = await net.dial(link);
  const { replication, client } = net.nodes.get('n2')!;
  const target = link.startsWith('client') ? client : replication;
  const to = await until('a connection', () => target.accepted[0]);
  return { net, from, to };
}

describe('hold (T8)', () => {
  test('what is sent while held arrives late, in order, nothing lost', async () => {
    const { net, from, to } = await pair();
    from.socket.write('before,');
    await until('before', () => to.received().toString() === 'before,');
    await net.faults('isolate n2');
    from.socket.write('first,');
    await heldForward(net, 'n1->n2', 6);
    from.socket.write('second,');
    await heldForward(net, 'n1->n2', 13);
    expect(to.received().toString()).toBe('before,');
    await net.faults();
    from.socket.write('after');
    await until('all of it', () => to.received().toString() === 'before,first,second,after');
    expect(await net.link('n1->n2')).toEqual({
      from: 'n1',
      to: 'n2',
      state: 'ok',
      delayMs: 0,
      latencyMs: 0,
      roundTripMs: 0,
      faults: [],
      held: { forward: 0, back: 0 },
      connections: 1,
      bytes: 25,
      frames: 0,
    });
  });

  test('a one-way cut holds one way and lets the other pass, for ever (T1)', async () => {
    const { net, from, to } = await pair();
    await net.faults('cut n1:n2');
    from.socket.write('held');
    to.socket.write('passes');
    await until('the other way', () => from.received().toString() === 'passes');
    await heldForward(net, 'n1->n2', 4);
    expect(to.received()).toHaveLength(0);

    await net.faults('cut n2:n1');
    await until('the healed way', () => to.received().toString() === 'held');
    to.socket.write('!');
    await until('it to be held', async () => (await net.link('n1->n2')).held.back === 1);
    expect(from.received().toString()).toBe('passes');
    expect(await net.link('n1->n2')).toMatchObject({
      state: 'held',
      faults: ['f1'],
      held: { forward: 0, back: 1 },
    });
  });

  test('a new connection is accepted while held, and dialled at heal', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.faults('cut n1:n2');
    const from = await net.dial('n1->n2');
    from.socket.write('hello');
    await heldForward(net, 'n1->n2', 5);
    expect(net.nodes.get('n2')!.replication.accepted).toHaveLength(0);
    expect(await net.hit('f1')).toMatchObject({ connections: 1, bytes: 5 });
    await net.faults();
    await until('hello', () => net.nodes.get('n2')!.replication.text() === 'hello');
    net.nodes.get('n2')!.replication.accepted[0]!.socket.write('back');
    await until('the way back', () => from.received().toString() === 'back');
  });

  test('a new connection whose way back alone is held is dialled at once', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.faults('cut n2:n1');
    const from = await net.dial('n1->n2');
    from.socket.write('hello');
    await until('hello', () => net.nodes.get('n2')!.replication.text() === 'hello');
    net.nodes.get('n2')!.replication.accepted[0]!.socket.end('late');
    await until('it to be held', async () => (await net.link('n1->n2')).held.back === 4);
    expect(from.received()).toHaveLength(0);
    await net.faults();
    await until('late, then FIN', () => from.received().toString() === 'late' && from.ended);
  });

  test('FIN while held: the bytes, then FIN, at heal; answers still pass the other way', async () => {
    const { net, from, to } = await pair();
    await net.faults('cut n1:n2');
    from.socket.end('last words');
    await heldForward(net, 'n1->n2', 10);
    to.socket.write('heard nothing');
    await until('the other way', () => from.received().toString() === 'heard nothing');
    expect(to.ended).toBe(false);
    await net.faults();
    await until('FIN', () => to.ended);
    expect(to.received().toString()).toBe('last words');
    expect(to.error).toBeNull();
    to.socket.end();
    await until('both closed', async () => from.closed && (await net.link('n1->n2')).connections === 0);
    expect(from.error).toBeNull();
  });

  test('a sender gone before its connection was dialled is heard at heal: bytes, then FIN', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.faults('cut n1:n2');
    const from = await net.dial('n1->n2');
    from.socket.end('alone');
    from.socket.destroySoon();
    await heldForward(net, 'n1->n2', 5);
    await net.faults();
    const to = await until('a connection', () => net.nodes.get('n2')!.replication.accepted[0]);
    await until('FIN', () => to.ended);
    expect(to.received().toString()).toBe('alone');
  });

  test("a sender's RST discards what it had sent, and reaches the receiver at heal", async () => {
    const { net, from, to } = await pair();
    await net.faults('isolate n1');
    from.socket.write('never');
    await heldForward(net, 'n1->n2', 5);
    from.socket.resetAndDestroy();
    await heldForward(net, 'n1->n2', 0);
    expect(await net.link('n1->n2')).toMatchObject({ connections: 1, state: 'held' });
    expect(to).toMatchObject({ closed: false, ended: false, error: null });
    await net.faults();
    await until('the reset', () => to.closed);
    expect(to.error).toBe('ECONNRESET');
    expect(to.received()).toHaveLength(0);
    await until('nothing left', async () => (await net.link('n1->n2')).connections === 0);
  });

  test("a receiver's RST is held on its way back, while the sender goes on unaware", async () => {
    const { net, from, to } = await pair();
    await net.faults('cut n2:n1');
    to.socket.resetAndDestroy();
    await until('the proxy to see it', async () => (await net.hit('f1')).connections === 1);
    from.socket.write('into the void');
    expect(from).toMatchObject({ closed: false, error: null });
    await net.faults();
    await until('the reset', () => from.closed);
    expect(from.error).toBe('ECONNRESET');
  });

  test('a connection reset before it was dialled leaves nothing to tell', async () => {
    const net = await startNet(['n1', 'n2']);
    await net.faults('isolate n1');
    const from = await net.dial('n1->n2');
    from.socket.write('never');
    await heldForward(net, 'n1->n2', 5);
    from.socket.resetAndDestroy();
    await until('it to be forgotten', async () => (await net.link('n1->n2')).connections === 0);
    await net.faults();
    const next = await net.dial('n1->n2');
    next.socket.write('next');
    await until('the next', () => net.nodes.get('n2')!.replication.text() === 'next');
    expect(net.nodes.get('n2')!.replication.accepted).toHaveLength(1);
  });

  test('holds at most 256 KiB, then stops reading; all of it arrives at heal', async () => {
    const { net, from, to } = await pair();
    await net.faults('isolate n2');
    const sent = Buffer.alloc(32 * 1024 * 1024, 'abcdefg');
    from.socket.write(sent);
    await until('the buffers before the proxy to be full', async () => {
      const { held } = await net.link('n1->n2');
      expect(held.forward).toBeLessThanOrEqual(holdBytes);
      return held.forward > holdBytes - readBytes;
    });
    for (let round = 0; round < 50; round += 1) {
      expect((await net.link('n1->n2')).held.forward).toBeLessThanOrEqual(holdBytes);
    }
    expect(from.socket.writableLength).toBeGreaterThan(0);
    await net.faults();
    await until('all of it', () => to.socket.bytesRead === sent.length);
    expect(to.received().equals(sent)).toBe(true);
  });

  test('single bytes are held as cheaply as many', async () => {
    const { net, from, to } = await pair();
    await net.faults('isolate n2');
    for (let at = 0; at < 3000; at += 1) {
      from.socket.write('x');
      if (at % 100 === 0) await heldForward(net, 'n1->n2', at + 1);
    }
    await heldForward(net, 'n1->n2', 3000);
    await net.faults();
    await until('all of it', () => to.received().length === 3000);
  });

  test('holding again and again before a receiver that does not read stays within the bound', async () => {
    const net = await startNet(['n1', 'n2'], { paused: true });
    const from = await net.dial('n1->n2');
    const to = await until('a connection', () => net.nodes.get('n2')!.replication.accepted[0]);
    const sent = Buffer.alloc(24 * 1024 * 1024, 'abcdefg');
    from.socket.write(sent);
    let full = 0;
    await until('the kernel to be full', async () => {
      const before = full;
      full = (await net.link('n1->n2')).bytes;
      return full > 0 && full === before;
    });
    for (let cycle = 0; cycle < 20; cycle += 1) {
      await net.faults('isolate n2');
      await until('it to read on', async () => (await net.link('n1->n2')).held.forward > 0);
      expect((await net.link('n1->n2')).held.forward).toBeLessThanOrEqual(holdBytes);
      await net.faults();
    }
    expect((await net.link('n1->n2')).bytes - full).toBeLessThan(2 * holdBytes);
    expect(from.socket.writableLength).toBeGreaterThan(0);
    let read = 0;
    const wrong: number[] = [];
    to.socket.on('data', (chunk: Buffer) => {
      if (!chunk.equals(sent.subarray(read, read + chunk.length))) wrong.push(read);
      read += chunk.length;
    });
    to.socket.resume();
    await until('all of it', () => read === sent.length);
    expect(wrong).toEqual([]);
  });

  test('clients are held by name, and their requests and replies counted', async () => {
    const { net, from, to } = await pair('client->n2');
    await net.faults('cut client:n2');
    from.socket.write('PING\r\n');
    await until('a request held', async () => (await net.hit('f1')).bytes === 6);
    expect(await net.hit('f1')).toEqual({
      byClass: { request: 1 },
      payload: 1,
      bytes: 6,
      connections: 1,
      counts: {},
    });
    await net.faults('cut n2:client');
    await until('the request', () => to.received().toString() === 'PING\r\n');
    to.socket.write('+PONG\r\n');
    await until('a reply held', async () => (await net.link('client->n2')).held.back === 7);
    expect(from.received()).toHaveLength(0);
  });
});

describe('ends without faults', () => {
  test('each way closes on its own: a reply comes after the request has ended', async () => {
    const { net, from, to } = await pair('client->n2');
    from.socket.end('request');
    await until('FIN', () => to.ended);
    to.socket.end('reply');
    await until('the reply', () => from.ended);
    expect(from.received().toString()).toBe('reply');
    await until('nothing left', async () => (await net.link('client->n2')).connections === 0);
    expect([from.error, to.error]).toEqual([null, null]);
  });

  test.for(['from', 'to'] as const)('RST passes through, sent by %s', async (sender) => {
    const ends = await pair();
    const other = sender === 'from' ? ends.to : ends.from;
    ends[sender].socket.resetAndDestroy();
    await until('the reset', () => other.closed);
    expect(other.error).toBe('ECONNRESET');
    await until('nothing left', async () => (await ends.net.link('n1->n2')).connections === 0);
  });
});
