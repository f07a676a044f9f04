import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { helloOf, numbered, pair, rawPeer, station } from './transport-pair.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('T6: a held peer', () => {
  const held = 40_000;
  const text = 'x'.repeat(1000);

  test('costs at most 1.5 MiB, drops and counts the rest, tells it once, and gets what had room', async () => {
    const { n1, n2, link } = await pair();
    n1.transport.send('n2', 'log', numbered('append', 0, text), 0);
    n1.transport.send('n2', 'ctl', numbered('heartbeat', 0), 0);
    await until('the link to work', () => n2.collect('log').length === 1 && n2.collect('ctl').length === 1);
    link.hold();
    const dialled = link.connections();
    let most = 0;
    for (let number = 1; number <= held; number += 1) {
      n1.transport.send('n2', 'log', numbered('append', number, text), 0);
      n1.transport.send('n2', 'ctl', numbered('heartbeat', number), 0);
      if (number % 200 === 0) {
        await new Promise(setImmediate);
        most = Math.max(most, n1.transport.queued()['n2']!);
      }
    }
    expect(most).toBeGreaterThan(1024 * 1024);
    expect(most).toBeLessThanOrEqual(1.5 * 1024 * 1024);
    expect(n1.counters.all()['queue-full']).toBeGreaterThan(1000);
    expect(n1.overflows).toEqual(['n2 log']);
    expect(link.connections()).toBe(dialled);

    link.release();
    await until('the newest heartbeat', () => n2.collect('ctl').at(-1) === held);
    await until('the queue to empty', () => n1.transport.queued()['n2'] === 0);
    n1.transport.send('n2', 'log', numbered('append', held + 1), 0);
    await until('what is sent afterwards', () => n2.collect('log').at(-1) === held + 1);
    const log = n2.collect('log');
    // A gap begins where the queue was full: what lies before it came whole.
    const gap = log.findIndex((number, i) => number !== i);
    expect(gap).toBeGreaterThan(1024);
    expect(log).toEqual(log.toSorted((a, b) => a - b));
  });

  test('T10: a backlog of heartbeats is one input, and acks stay behind their subscribe', async () => {
    const n2 = await station('n2');
    const raw = await rawPeer(n2.port);
    raw.send(
      helloOf(),
      ...range(0, 300).map((number) => numbered('heartbeat', number)),
      numbered('ack', 300),
      numbered('subscribe', 301),
      ...range(302, 400).map((number) => numbered('ack', number)),
    );
    await until('the last', () => n2.transport.lane('ctl', 0).waiting > 0 && n2.collect('ctl').includes(399));
    expect(n2.collect('ctl')).toEqual([299, 300, 301, 399]);
  });
});

test('T9: a receiver that does not keep up stops reading, and loses nothing', async () => {
  const { n1, n2 } = await pair();
  const text = 'x'.repeat(2000);
  let sent = 0;
  await until('the sender to be held back', async () => {
    for (; sent < 20_000 && (n1.transport.queued()['n2'] ?? 0) < 500_000; sent += 1) {
      n1.transport.send('n2', 'log', numbered('append', sent, text), 0);
    }
    await new Promise(setImmediate);
    return (n1.transport.queued()['n2'] ?? 0) >= 500_000 && n2.transport.lane('log', 0).waiting > 500;
  });
  expect(n2.transport.lane('log', 0).waiting).toBeLessThan(1024 + 64);
  await until('all to arrive', () => n2.collect('log').length === sent);
  expect(n2.collect('log')).toEqual(range(0, sent));
  expect(n1.counters.all()).toEqual({});
});
