import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenLocally } from '../../src/node/receiver.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { until } from '../support/until.ts';
import { helloOf, numbered, pair, rawPeer, station } from './transport-pair.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('T1, T2: lanes', () => {
  test('messages arrive once and in order, with the sender its hello named', async () => {
    const { n1, n2 } = await pair();
    for (const number of range(0, 500)) n1.transport.send('n2', 'log', numbered('append', number), 0);
    n1.transport.send('n2', 'ctl', numbered('subscribe', 1), 0);
    await until('all to arrive', () => n2.collect('log').length === 500);
    expect(n2.collect('log')).toEqual(range(0, 500));
    const [input] = await until('the subscribe', () => {
      const taken = n2.take('ctl');
      return taken.length > 0 && taken;
    });
    expect(input).toEqual({
      type: 'message',
      from: 'n1',
      disk: diskOf('n1'),
      boot: 1,
      message: numbered('subscribe', 1),
      now: 1,
      wall: 2,
    });
  });

  test('a node writes nothing on connections it accepted, and closes one on which something came back', async () => {
    const answered = createServer((socket) => socket.on('error', () => undefined).write('hello back'));
    const port = await listenLocally(answered);
    onTestFinished(() => {
      answered.close();
    });
    const n1 = await station('n1', { n2: port });
    n1.transport.send('n2', 'ctl', numbered('ack', 1), 0);
    await until('the connection to be closed', () => n1.counters.all()['bytes-back'] === 1);

    const n2 = await station('n2');
    const raw = await rawPeer(n2.port);
    let heard = 0;
    raw.socket.on('data', (chunk) => {
      heard += chunk.length;
    });
    raw.send(helloOf(), numbered('ack', 1));
    await until('the ack', () => n2.collect('ctl').length === 1);
    n2.transport.send('n1', 'ctl', numbered('ack', 2), 0);
    raw.socket.end();
    await until('the end', () => raw.closed());
    expect(heard).toBe(0);
  });

  test('lanes are dialled lazily, one connection each', async () => {
    const { n1, n2, link } = await pair();
    expect(link.connections()).toBe(0);
    n1.transport.send('n2', 'ctl', numbered('ack', 1), 0);
    await until('the ack', () => n2.collect('ctl').length === 1);
    expect(link.connections()).toBe(1);
    n1.transport.send('n2', 'log', numbered('append', 1), 0);
    n1.transport.send('n2', 'log', numbered('append', 2), 0);
    await until('the appends', () => n2.collect('log').length === 2);
    expect(link.connections()).toBe(2);
  });

  test('a message of many parts arrives whole, and what follows behind it', async () => {
    const { n1, n2 } = await pair();
    const text = 'ü'.repeat(2 << 20);
    n1.transport.send('n2', 'log', numbered('append', 1, text), 0);
    const [input] = await until('the message', () => {
      const taken = n2.take('log');
      return taken.length > 0 && taken;
    });
    expect((input!.message as ReturnType<typeof numbered>).text === text).toBe(true);
    n1.transport.send('n2', 'log', numbered('append', 2), 0);
    await until('the next', () => n2.collect('log').length === 1);
  });

  test('T9: a lane serves its peers in turn', async () => {
    const n2 = await station('n2');
    const first = await rawPeer(n2.port);
    first.send(helloOf({ lane: 'log' }), ...range(0, 50).map((number) => numbered('append', number)));
    await until('n1', () => n2.transport.lane('log', 0).waiting === 50);
    const second = await rawPeer(n2.port);
    second.send(
      helloOf({ lane: 'log', from: 'n3', disk: diskOf('n3') }),
      ...range(0, 2).map((number) => numbered('append', number)),
    );
    await until('n3', () => n2.transport.lane('log', 0).waiting === 52);
    const senders = n2.take('log').map(({ from }) => from);
    expect(senders.slice(0, 4).toSorted()).toEqual(['n1', 'n1', 'n3', 'n3']);
  });
});

describe('T3, T4: what does not belong is closed and counted, and the node lives', () => {
  const wrong: readonly (readonly [string, Parameters<typeof helloOf>[0]])[] = [
    ['hello-token', { token: 'another' }],
    ['hello-protocol', { protocol: 2 }],
    ['hello-to', { to: 'n3' }],
    ['hello-from', { from: 'n9', disk: diskOf('n9') }],
    ['hello-from', { from: 'n2', disk: diskOf('n2') }],
    ['hello-from', { disk: diskOf('n3') }],
    ['hello-malformed', { boot: 'x' }],
    ['hello-malformed', { dial: 0 }],
    ['hello-malformed', { lane: 'side' }],
  ];

  test.each(wrong)('%s: %o', async (reason, changes) => {
    const n2 = await station('n2');
    const raw = await rawPeer(n2.port);
    raw.send(helloOf(changes), numbered('ack', 1));
    await until('the close', () => raw.closed());
    expect(n2.counters.all()).toEqual({ [reason]: 1 });
    expect(n2.take('ctl')).toEqual([]);
  });

  test('data before a hello, and a second hello', async () => {
    const n2 = await station('n2');
    const early = await rawPeer(n2.port);
    early.send(numbered('ack', 1));
    await until('the close', () => early.closed());
    const twice = await rawPeer(n2.port);
    twice.send(helloOf(), helloOf({ dial: 2 }));
    await until('the close', () => twice.closed());
    expect(n2.counters.all()).toEqual({ 'hello-missing': 1, 'hello-repeated': 1 });
  });

  test('garbage, from strangers and from peers', async () => {
    const n2 = await station('n2');
    for (const bytes of [
      Buffer.from('*1\r\n$4\r\nPING\r\n'),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      randomBytes(5000),
    ]) {
      const raw = await rawPeer(n2.port);
      raw.socket.on('error', () => undefined);
      raw.socket.write(bytes);
      await until('the close', () => raw.closed());
    }
    const peer = await rawPeer(n2.port);
    peer.send(helloOf(), numbered('ack', 7));
    peer.socket.write(Buffer.alloc(64, 0xff));
    await until('the close', () => peer.closed());
    expect(n2.collect('ctl')).toEqual([7]);
    const counts = Object.values(n2.counters.all()).reduce((sum, count) => sum + count, 0);
    expect(counts).toBe(4);
    const next = await rawPeer(n2.port);
    next.send(helloOf({ dial: 2 }), numbered('ack', 8));
    await until('the next ack', () => n2.collect('ctl').includes(8));
  });

  test('connections that never say who they are: the oldest goes', async () => {
    const n2 = await station('n2');
    const oldest = await rawPeer(n2.port);
    const others = await Promise.all(range(0, 24).map(async () => rawPeer(n2.port)));
    await until('the oldest to be closed', () => oldest.closed());
    expect(n2.counters.all()).toEqual({ 'too-many-strangers': 1 });
    expect(others.some((other) => other.closed())).toBe(false);
  });
});

describe('T4: one connection for each peer and lane', () => {
  test('a higher dial replaces, a lower one is closed', async () => {
    const n2 = await station('n2');
    const first = await rawPeer(n2.port);
    first.send(helloOf({ dial: 2 }), numbered('ack', 1));
    await until('the first', () => n2.collect('ctl').length === 1);
    const second = await rawPeer(n2.port);
    second.send(helloOf({ dial: 3 }), numbered('ack', 2));
    await until('the first to be closed', () => first.closed());
    await until('the second', () => n2.collect('ctl').length === 2);
    const late = await rawPeer(n2.port);
    late.send(helloOf({ dial: 1 }), numbered('ack', 3));
    await until('the late one to be closed', () => late.closed());
    const otherLane = await rawPeer(n2.port);
    otherLane.send(helloOf({ dial: 1, lane: 'log' }), numbered('append', 4));
    await until('the other lane', () => n2.collect('log').length === 1);
    expect(second.closed()).toBe(false);
    expect(n2.collect('ctl')).toEqual([1, 2]);
    expect(n2.counters.all()).toEqual({ replaced: 1, 'hello-stale': 1 });
  });

  test('what an earlier boot sent on another lane is dropped, though it had been received', async () => {
    const n2 = await station('n2');
    const old = await rawPeer(n2.port);
    old.send(helloOf({ boot: 1, dial: 9, lane: 'log' }), numbered('append', 1));
    await until('it to be received', () => n2.transport.lane('log', 0).waiting === 1);
    const fresh = await rawPeer(n2.port);
    fresh.send(helloOf({ boot: 2, dial: 1 }), numbered('ack', 2));
    await until('the new boot', () => n2.collect('ctl').length === 1);
    expect(n2.take('log')).toEqual([]);
    old.send(numbered('append', 3));
    await until('the old connection to be closed', () => old.closed());
    expect(n2.take('log')).toEqual([]);
    expect(n2.counters.all()).toEqual({ 'stale-message': 2, 'hello-stale': 1 });
  });

  test('a new disk counts boots from 1, and still comes after the old one', async () => {
    const n2 = await station('n2');
    const old = await rawPeer(n2.port);
    old.send(helloOf({ boot: 7 }), numbered('ack', 1));
    await until('the old disk', () => n2.collect('ctl').length === 1);
    const wiped = await rawPeer(n2.port);
    wiped.send(helloOf({ disk: diskOf('n1', 2), boot: 1 }), numbered('ack', 2));
    await until('the new disk', () => n2.collect('ctl').length === 2);
    const back = await rawPeer(n2.port);
    back.send(helloOf({ boot: 8, dial: 99 }), numbered('ack', 3));
    await until('the old disk to be closed', () => back.closed());
    expect(n2.collect('ctl')).toEqual([1, 2]);
  });
});

describe('T5, T7: connections that end', () => {
  test('after a reset: nothing twice, order kept, and what comes later arrives', async () => {
    const { n1, n2, link } = await pair();
    let number = 0;
    for (let round = 1; round <= 6; round += 1) {
      const before = number;
      // Sent until something gets through: what a dying connection takes is gone.
      await until('something new', () => {
        for (const end = number + 20; number < end; number += 1) {
          n1.transport.send('n2', 'log', numbered('append', number, 'x'.repeat(2000)), 0);
        }
        return (n2.collect('log').at(-1) ?? -1) >= before;
      });
      link.cut();
    }
    const seen = n2.collect('log');
    expect(seen.length).toBeGreaterThanOrEqual(6);
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
  });

  test('a message cut within is lost whole, and the next connection begins with a whole one', async () => {
    const { n1, n2, link } = await pair();
    n1.transport.send('n2', 'log', numbered('append', 0), 0);
    await until('the link to work', () => n2.collect('log').length === 1);
    link.hold();
    n1.transport.send('n2', 'log', numbered('append', 1, 'x'.repeat(32 << 20)), 0);
    n1.transport.send('n2', 'ctl', numbered('ack', 1), 0);
    await until('the kernel to take what it takes', () => n1.transport.queued()['n2']! < 31 << 20);
    link.cut();
    link.release();
    await until('the cut to be seen', () => n1.counters.all()['cut-message'] === 1);
    n1.transport.send('n2', 'log', numbered('append', 2), 0);
    await until('the next', () => n2.collect('log').length === 2);
    expect(n2.collect('log')).toEqual([0, 2]);
    expect(n2.counters.all()).toEqual({});
  });

  test('a peer that starts later is dialled until it is there', async () => {
    const parked = createServer();
    const port = await listenLocally(parked);
    const closed = Promise.withResolvers<void>();
    parked.close(() => closed.resolve());
    await closed.promise;
    const n1 = await station('n1', { n2: port });
    n1.transport.send('n2', 'ctl', numbered('subscribe', 1), 0);
    const heard = Promise.withResolvers<Buffer>();
    const late = createServer((socket) => socket.on('error', () => undefined).once('data', heard.resolve));
    onTestFinished(() => {
      late.close();
    });
    late.listen(port, '127.0.0.1');
    expect((await heard.promise).includes('hello')).toBe(true);
  });

  test('dials back off from 50 ms, and only when a connection ended', async () => {
    const dials: number[] = [];
    const server = createServer((socket) => {
      dials.push(performance.now());
      socket.on('error', () => undefined);
      socket.destroy();
    });
    const port = await listenLocally(server);
    onTestFinished(() => {
      server.close();
    });
    const n1 = await station('n1', { n2: port });
    await until('six dials', () => {
      n1.transport.send('n2', 'ctl', numbered('heartbeat', dials.length), 0);
      return dials.length >= 6;
    });
    // At least 50, 50, 100, 200 and 250 ms lie between them; timers may be a millisecond early.
    expect(dials[5]! - dials[0]!).toBeGreaterThan(640);
  });
});
