import { describe, expect, test } from 'vitest';
import { ask, eventsAfter, freshSnapshot, useCluster } from './live.ts';
import { specOf } from './specs.ts';

/** Each test begins with all nodes up, healed and caught up, whatever the one before left. */
describe('leadership and settings', { timeout: 60_000 }, () => {
  const live = useCluster(specOf('c1', 3, { sync: '1', 'write-timeout': '300ms' }));

  test('F9: promote refuses a node behind another that answers, and its ballots only grow', async () => {
    await live.settle();
    const led = await live.leader();
    const [a, b] = await live.followers();
    const { client } = live.cluster;
    await client.request('fault', { fault: { kind: 'isolate', node: b } });
    expect(await ask(live.cluster, led, 'SET ahead 1')).toBe('+OK');
    await client.request('node', { action: 'kill', nodes: [led] });
    expect((await freshSnapshot(live.cluster)).leaders).toEqual([]);
    await expect(client.request('promote', { node: led, force: false })).rejects.toMatchObject({
      code: 'node-down',
    });
    await expect(client.request('promote', { node: 'n9', force: false })).rejects.toMatchObject({
      code: 'no-such-node',
    });
    await expect(client.request('promote', { node: b, force: false })).rejects.toMatchObject({
      code: 'behind',
      facts: { ahead: a },
    });
    const promoted = await client.request('promote', { node: a, force: false });
    expect(promoted).toMatchObject({ changed: true, node: a });
    const names = (await eventsAfter(live.cluster, promoted.event))
      .filter(({ node }) => node === a)
      .map(({ name }) => name);
    expect(names).toContain('promoted');
    expect(await client.request('promote', { node: a, force: false })).toMatchObject({
      changed: false,
      epoch: promoted.epoch,
    });
    await client.request('heal', { ids: null });
    await client.request('node', { action: 'start', nodes: [led] });
    await live.settle();
    expect(await live.leader()).toBe(a);
    const next = await client.request('promote', { node: led, force: false });
    expect(Number.parseInt(next.epoch, 10)).toBeGreaterThan(Number.parseInt(promoted.epoch, 10));
  });

  test('promote --force: what only the others have is lost on purpose', async () => {
    await live.settle();
    const led = await live.leader();
    const [, b] = await live.followers();
    const { client } = live.cluster;
    await client.request('fault', { fault: { kind: 'isolate', node: b } });
    expect(await ask(live.cluster, led, 'SET lost-on-purpose 1')).toBe('+OK');
    await expect(client.request('promote', { node: b, force: false })).rejects.toMatchObject({
      code: 'behind',
    });
    const promoted = await client.request('promote', { node: b, force: true });
    await client.request('heal', { ids: null });
    await live.settle();
    expect((await freshSnapshot(live.cluster)).leaders).toMatchObject([
      { id: b, epoch: { text: promoted.epoch } },
    ]);
    expect(await ask(live.cluster, b, 'GET lost-on-purpose')).toBe('$-1');
  });

  test('a paused node is not promoted', async () => {
    await live.settle();
    const [n] = await live.followers();
    await live.cluster.client.request('node', { action: 'pause', nodes: [n] });
    const promote = live.cluster.client.request('promote', { node: n, force: true });
    await expect(promote).rejects.toMatchObject({ code: 'node-silent', facts: { state: 'paused' } });
  });

  test('set goes through the leader’s log; what cannot be set says why', async () => {
    await live.settle();
    const { client } = live.cluster;
    const set = await client.request('set', { settings: { sync: 'all' } });
    expect(set).toMatchObject({ changed: true, settings: { sync: 'all', ack: 'durable' } });
    expect((await freshSnapshot(live.cluster)).options['sync']).toBe('all');
    expect(await client.request('set', { settings: { sync: 'all' } })).toMatchObject({ changed: false });
    await client.request('set', { settings: { sync: '1' } });
    const refused = { 'election-timeout': '2s', speed: 'high', sync: 'n9' };
    const codes = { 'election-timeout': 'setting-fixed', speed: 'bad-setting', sync: 'bad-setting' };
    for (const [name, value] of Object.entries(refused)) {
      const code = codes[name as keyof typeof codes];
      await expect(client.request('set', { settings: { [name]: value } })).rejects.toMatchObject({ code });
    }
  });
});
