import { describe, expect, onTestFinished, test } from 'vitest';
import { linkName } from '../../src/cluster/place.ts';
import { startProxy } from '../../src/proxy/host.ts';
import type { LinkView } from '../../src/cluster/snapshot.ts';
import { until } from '../support/until.ts';
import { builtWorker, dial, type End, faultsOf, frame, listen, type Target } from './support.ts';

const distanceMs = 40;

/** n1 in one region, n2 and the clients at client@us in another; client beside both. */
async function apart() {
  const proxy = await startProxy(builtWorker);
  onTestFinished(() => proxy.close());
  const [replication, client] = [await listen(), await listen()];
  for (const name of ['n1', 'n2'])
    await proxy.upstream(name, { replicationPort: replication.port, clientPort: client.port });
  const latencyMs = { forward: distanceMs, back: distanceMs };
  const ports = await proxy.open([
    { from: 'n1', to: 'n2', latencyMs },
    { from: 'n2', to: 'n1', latencyMs },
    { from: 'client@us', to: 'n1', latencyMs },
    { from: 'client@us', to: 'n2' },
    { from: 'client', to: 'n1' },
  ]);
  return {
    dial: (link: string): Promise<End> => dial(ports[link]!),
    faults: (...texts: readonly string[]) => proxy.setFaults(faultsOf(['n1', 'n2'], ...texts)),
    link: async (name: string): Promise<LinkView> =>
      (await proxy.counters()).links.find((link) => linkName(link) === name)!,
    hits: async () => (await proxy.counters()).hits,
    replication,
    client,
  };
}

async function accepted(target: Target, at = 0): Promise<End> {
  return until('a connection', () => target.accepted[at]);
}

/** How long a byte takes from here to there. */
async function journeyMs(from: End, to: End): Promise<number> {
  const before = to.received().length;
  const sentAt = performance.now();
  from.socket.write(frame('append', 10));
  await until('it', () => to.received().length > before);
  return performance.now() - sentAt;
}

describe('distance', () => {
  test('nothing arrives before its time, either way; no fault is behind it and the link is ok', async () => {
    const net = await apart();
    const from = await net.dial('client@us->n1');
    const to = await accepted(net.client);
    expect(await journeyMs(from, to)).toBeGreaterThan(distanceMs - 1);
    expect(await journeyMs(to, from)).toBeGreaterThan(distanceMs - 1);
    expect(await net.link('client@us->n1')).toMatchObject({
      state: 'ok',
      latencyMs: distanceMs,
      delayMs: distanceMs,
      roundTripMs: 2 * distanceMs,
      faults: [],
      held: { forward: 0, back: 0 },
    });
    expect(await net.link('client->n1')).toMatchObject({ latencyMs: 0, delayMs: 0, roundTripMs: 0 });
    expect(await net.link('client@us->n2')).toMatchObject({ latencyMs: 0, delayMs: 0, roundTripMs: 0 });
    expect(await net.hits()).toEqual({});
  });

  test('a fault comes on top, counts only itself, and its heal leaves the distance', async () => {
    const net = await apart();
    const from = await net.dial('n1->n2');
    const to = await accepted(net.replication);
    expect(await net.faults('link n1:n2 --delay 30ms')).toMatchObject({ links: 2 });
    expect(await journeyMs(from, to)).toBeGreaterThan(distanceMs + 30 - 1);
    expect(await net.link('n1->n2')).toMatchObject({
      state: 'slow',
      latencyMs: distanceMs,
      delayMs: distanceMs + 30,
      roundTripMs: 2 * distanceMs + 30,
      faults: ['f1'],
    });
    expect(await net.hits()).toEqual({
      f1: expect.objectContaining({ byClass: { append: 1 }, payload: 1 }),
    });
    await net.faults();
    expect(await journeyMs(from, to)).toBeGreaterThan(distanceMs - 1);
    expect(await net.link('n1->n2')).toMatchObject({ state: 'ok', delayMs: distanceMs, faults: [] });
  });

  test('order is kept while faults come and go', async () => {
    const net = await apart();
    const from = await net.dial('n1->n2');
    const to = await accepted(net.replication);
    let expected = '';
    for (let line = 0; line < 600; line += 1) {
      expected += `${line}\n`;
      from.socket.write(`${line}\n`);
      if (line % 60 === 0) await net.faults('link n1:n2 --delay 25ms --jitter 20ms');
      if (line % 60 === 20) await net.faults('partition n1/n2');
      if (line % 60 === 40) await net.faults();
    }
    await until('every line', () => to.received().length === expected.length);
    expect(to.received().toString()).toBe(expected);
  });

  test('what a partition held travels the distance after the heal', async () => {
    const net = await apart();
    const from = await net.dial('n1->n2');
    const to = await accepted(net.replication);
    await net.faults('cut n1:n2');
    from.socket.write(frame('append', 10));
    await until('it to be held', async () => (await net.link('n1->n2')).held.forward > 0);
    expect(await net.link('n1->n2')).toMatchObject({ state: 'held', delayMs: distanceMs, faults: ['f1'] });
    const healedAt = performance.now();
    await net.faults();
    await until('it', () => to.received().length > 0);
    expect(performance.now() - healedAt).toBeGreaterThan(distanceMs - 1);
  });
});
