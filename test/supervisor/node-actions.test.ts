import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { ask, eventsAfter, freshNode, freshSnapshot, useCluster } from './live.ts';
import { specOf } from './specs.ts';

/** Each test begins with all nodes up, healed and caught up, whatever the one before left. */
describe('actions on nodes', { timeout: 60_000 }, () => {
  const live = useCluster(specOf('c1', 3, { sync: '1', 'write-timeout': '300ms' }));

  test('kill: the process is gone, its disk is kept; what is dead stays dead', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { client } = live.cluster;
    const { pid, received } = await freshNode(live.cluster, n);
    const killed = await client.request('node', { action: 'kill', nodes: [n] });
    expect(killed).toMatchObject({ changed: true, nodes: [{ id: n, changed: true }] });
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
    const dead = await freshNode(live.cluster, n);
    expect(dead).toMatchObject({
      state: 'killed',
      pid: null,
      role: null,
      received: null,
      lag: { entries: null },
    });
    for (const action of ['kill', 'stop'] as const) {
      expect(await client.request('node', { action, nodes: [n] })).toMatchObject({ changed: false });
    }
    for (const action of ['pause', 'resume'] as const) {
      await expect(client.request('node', { action, nodes: [n] })).rejects.toMatchObject({
        code: 'node-down',
      });
    }
    const started = await client.request('node', { action: 'start', nodes: [n] });
    expect(started.changed).toBe(true);
    const back = await freshNode(live.cluster, n);
    expect(back).toMatchObject({ state: 'running', disk: dead.disk });
    expect(back.boot).toBeGreaterThan(1);
    expect(back.received!.index).toBeGreaterThanOrEqual(received!.index);
    expect(await client.request('node', { action: 'start', nodes: [n] })).toMatchObject({ changed: false });
  });

  test('P6: what a killed node still had in flight is lost with it, and counted', async () => {
    await live.settle();
    const led = await live.leader();
    const { client } = live.cluster;
    await client.request('set', { settings: { sync: 'none' } });
    await until('everyone knows', async () =>
      (await freshSnapshot(live.cluster)).nodes.every(({ lag }) => lag.entries === 0),
    );
    await client.request('fault', { fault: { kind: 'isolate', node: led } });
    await client.request('fault', { fault: { kind: 'cut', from: [led], to: [(await live.followers())[0]] } });
    expect(await ask(live.cluster, led, 'SET lost 1').catch(() => 'cut')).toMatch(/OK|cut/);
    await until('the leader’s frames are held', async () => {
      const { links } = await freshSnapshot(live.cluster);
      return links.some(({ from, held }) => from === led && held.forward > 0);
    });
    const killed = await client.request('node', { action: 'kill', nodes: [led] });
    expect(killed.nodes[0]!.lostInFlight).toBeGreaterThan(0);
    await client.request('heal', { ids: null });
    expect(
      (await freshSnapshot(live.cluster)).links.every(({ held }) => held.forward + held.back === 0),
    ).toBe(true);
    await client.request('node', { action: 'start', nodes: [led] });
    await live.settle();
    await client.request('set', { settings: { sync: '1' } });
  });

  test('stop is graceful, and a stopped node starts again', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { client } = live.cluster;
    const stopped = await client.request('node', { action: 'stop', nodes: [n] });
    expect(await eventsAfter(live.cluster, stopped.event - 1)).toMatchObject([
      { name: 'stopped', node: n, fields: { code: 0 } },
    ]);
    expect((await freshNode(live.cluster, n)).state).toBe('stopped');
    await client.request('node', { action: 'start', nodes: [n] });
    expect((await freshNode(live.cluster, n)).state).toBe('running');
  });

  test('restart changes the process, not the disk, and starts a stopped node', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { client } = live.cluster;
    const before = await freshNode(live.cluster, n);
    expect(await client.request('node', { action: 'restart', nodes: [n] })).toMatchObject({ changed: true });
    const after = await freshNode(live.cluster, n);
    expect([after.pid === before.pid, after.disk, after.boot]).toEqual([
      false,
      before.disk,
      before.boot! + 1,
    ]);
  });

  test('pause: the system shows it stopped, nothing of it is known; resume: it answers', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { client } = live.cluster;
    expect(await client.request('node', { action: 'pause', nodes: [n] })).toMatchObject({ changed: true });
    const paused = await freshNode(live.cluster, n);
    expect(paused).toMatchObject({ state: 'paused', role: null, lag: { entries: null } });
    expect(paused.pid).not.toBeNull();
    expect(await client.request('node', { action: 'pause', nodes: [n] })).toMatchObject({ changed: false });
    expect((await freshNode(live.cluster, n)).busyMs).toBeGreaterThan(0);
    expect(await client.request('node', { action: 'resume', nodes: [n] })).toMatchObject({ changed: true });
    expect(await freshNode(live.cluster, n)).toMatchObject({ state: 'running', role: 'follower', busyMs: 0 });
    expect(await client.request('node', { action: 'resume', nodes: [n] })).toMatchObject({ changed: false });
  });

  test('status is observed: a node stopped or continued behind the supervisor’s back shows it', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { pid } = await freshNode(live.cluster, n);
    process.kill(pid!, 'SIGSTOP');
    await until('it shows', async () => (await freshNode(live.cluster, n)).state === 'paused');
    process.kill(pid!, 'SIGCONT');
    await until('it shows', async () => (await freshNode(live.cluster, n)).state === 'running');
  });

  test('a node that ends by itself is an event, and starts again', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { events } = await freshSnapshot(live.cluster);
    process.kill((await freshNode(live.cluster, n)).pid!, 'SIGKILL');
    await until('it shows', async () => (await freshNode(live.cluster, n)).state === 'killed');
    const told = (await eventsAfter(live.cluster, events)).filter(({ name }) => name === 'exited');
    expect(told).toMatchObject([{ node: n, fields: { signal: 'SIGKILL' } }]);
    await live.cluster.client.request('node', { action: 'start', nodes: [n] });
    expect((await freshNode(live.cluster, n)).state).toBe('running');
  });

  test('several nodes at once; a name that is none changes nothing', async () => {
    await live.settle();
    const [a, b] = await live.followers();
    const { client } = live.cluster;
    await expect(client.request('node', { action: 'kill', nodes: [a, 'n9'] })).rejects.toMatchObject({
      code: 'no-such-node',
    });
    expect((await freshNode(live.cluster, a)).state).toBe('running');
    const killed = await client.request('node', { action: 'kill', nodes: [a, b] });
    expect(killed.nodes.map(({ id, changed }) => [id, changed])).toEqual([
      [a, true],
      [b, true],
    ]);
    await client.request('node', { action: 'start', nodes: [a, b] });
  });
});
