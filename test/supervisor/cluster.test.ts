import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snapshotSchema } from '../../src/cluster/snapshot-schema.ts';
import { attach } from '../../src/control/attach.ts';
import { takeDownCluster } from '../../src/control/take-down.ts';
import type { Launched } from '../../src/supervisor/launch.ts';
import { tempDir, until } from '../support/until.ts';
import { ask, endAfterTest, eventsAfter, freshNode, freshSnapshot, recordIn } from './live.ts';
import { specOf } from './specs.ts';
import { launchCluster } from '../../src/supervisor/launch.ts';

/** Tests of one cluster follow each other in any order: each begins with all nodes up, healed and caught up. */
describe('a cluster of three', { timeout: 60_000 }, () => {
  const root = tempDir();
  endAfterTest(root, 'c1');
  let cluster: Launched;

  beforeAll(async () => {
    cluster = await launchCluster({
      root,
      name: 'c1',
      spec: specOf('c1', 3, { sync: '1', 'write-timeout': '300ms' }),
    });
  }, 60_000);
  afterAll(async () => void (await takeDownCluster(root, 'c1', { keep: false })));

  /** All running, no fault, everyone caught up under one leader. */
  async function settle(): Promise<void> {
    const { client } = cluster;
    await client.request('heal', { id: null });
    await client.request('node', { action: 'start', nodes: ['n1', 'n2', 'n3'] });
    const paused = (await freshSnapshot(cluster)).nodes
      .filter(({ state }) => state === 'paused')
      .map(({ id }) => id);
    await client.request('node', { action: 'resume', nodes: paused });
    await until('one leader, everyone caught up', async () => {
      const { nodes, leaders } = await freshSnapshot(cluster);
      return (
        leaders.length === 1 &&
        nodes.every(({ lag, rewinding }) => lag.entries === 0 && rewinding === false && lag.forked === false)
      );
    });
  }

  async function leader(): Promise<string> {
    return (await freshSnapshot(cluster)).leaders[0]!.id;
  }

  async function followers(): Promise<readonly [string, string]> {
    const led = await leader();
    return ['n1', 'n2', 'n3'].filter((id) => id !== led) as [string, string];
  }

  test('up answers when everyone is ready and caught up', () => {
    const { snapshot } = cluster;
    snapshotSchema.parse(snapshot);
    expect(snapshot).toMatchObject({
      cluster: 'c1',
      phase: 'ready',
      options: { sync: '1', ack: 'durable' },
      divergence: { state: 'equal' },
    });
    expect(snapshot.leaders).toMatchObject([{ id: 'n1', newest: true, epoch: { text: '1@n1' } }]);
    expect(snapshot.nodes.map(({ role, state, lag }) => [role, state, lag.entries])).toEqual([
      ['leader', 'running', 0],
      ['follower', 'running', 0],
      ['follower', 'running', 0],
    ]);
    expect(snapshot.links).toHaveLength(9);
    expect(cluster).toMatchObject({ kept: false, reaped: 0 });
  });

  test('R5: the address of a node is its client link, and takes writes', async () => {
    await settle();
    expect(await ask(cluster, await leader(), 'SET x 1')).toBe('+OK');
    const { address } = await freshNode(cluster, await leader());
    expect(address.client).not.toBe(address.direct);
  });

  test('P13: a fresh snapshot is of a round begun after the request', async () => {
    await settle();
    const [a, b] = [await freshSnapshot(cluster), await freshSnapshot(cluster)];
    expect(b.seq).toBeGreaterThan(a.seq);
    const before = (await freshNode(cluster, await leader())).received!.index;
    await ask(cluster, await leader(), 'SET fresh 1');
    expect((await freshNode(cluster, await leader())).received!.index).toBe(before + 1);
  });

  test('a fault is recorded, in force, counted, shown, and healed', async () => {
    await settle();
    const [n] = await followers();
    const { client } = cluster;
    const fault = await client.request('fault', { fault: { kind: 'isolate', node: n } });
    expect(fault).toMatchObject({ changed: true, text: `isolate ${n}`, links: 4 });
    expect(recordIn(root, 'c1').faults.map(({ id }) => id)).toEqual([fault.id]);
    expect(await eventsAfter(cluster, fault.event - 1)).toMatchObject([
      { seq: fault.event, name: 'isolate', fields: { id: fault.id } },
    ]);

    expect(await ask(cluster, await leader(), 'SET cut 1')).toBe('+OK');
    const shown = await until('the entry was held back', async () => {
      const shot = await freshSnapshot(cluster);
      return shot.faults[0]!.hit.payload > 0 ? shot : null;
    });
    const cutOff = shown.nodes.find(({ id }) => id === n)!;
    // A cut-off node that answers its supervisor has numbers.
    expect(cutOff.lag.entries).toBeGreaterThanOrEqual(1);
    expect(cutOff.lag.receivedMs).toBeGreaterThanOrEqual(1);
    expect(shown.links.find(({ from, to }) => from !== 'client' && to === n)).toMatchObject({
      state: 'held',
      faults: [fault.id],
    });

    const again = await client.request('fault', { fault: { kind: 'isolate', node: n } });
    expect(again).toMatchObject({ changed: false, id: fault.id });
    const healed = await client.request('heal', { id: fault.id });
    expect(healed).toMatchObject({ changed: true, healed: [{ id: fault.id, text: `isolate ${n}` }] });
    expect(healed.healed[0]!.hit.payload).toBeGreaterThan(0);
    expect(await client.request('heal', { id: fault.id })).toMatchObject({ changed: false, healed: [] });
    expect(await client.request('heal', { id: null })).toMatchObject({ changed: false, healed: [] });
    expect(recordIn(root, 'c1').faults).toEqual([]);
    await until('it caught up', async () => (await freshNode(cluster, n)).lag.entries === 0);
  });

  test('a partition takes the place of the one before; ids never repeat', async () => {
    await settle();
    const { client } = cluster;
    const one = await client.request('fault', {
      fault: { kind: 'partition', groups: [['n1'], ['n2', 'n3']] },
    });
    const two = await client.request('fault', {
      fault: { kind: 'partition', groups: [['n1', 'n2'], ['n3']] },
    });
    expect((await freshSnapshot(cluster)).faults.map(({ id }) => id)).toEqual([two.id]);
    await client.request('heal', { id: null });
    const three = await client.request('fault', { fault: { kind: 'cut', from: 'n1', to: 'n2' } });
    expect(new Set([one.id, two.id, three.id]).size).toBe(3);
  });

  test.for([
    [{ kind: 'isolate', node: 'n9' }, 'bad-fault'],
    [{ kind: 'partition', groups: 'n1' }, 'bad-fault'],
    [{ kind: 'constructor' }, 'bad-fault'],
    [{ kind: 'cut', from: 'n1' }, 'bad-fault'],
    [{}, 'bad-message'],
    [null, 'bad-message'],
  ] as const)('a fault that is none (%j) is refused, and nothing is cut', async ([fault, code]) => {
    await settle();
    const { client } = await attach(root, 'c1');
    await expect(client.request('fault', { fault: fault as never })).rejects.toMatchObject({ code });
    client.close();
    expect((await freshSnapshot(cluster)).faults).toEqual([]);
  });

  test('healing what never was says so', async () => {
    await expect(cluster.client.request('heal', { id: 'f999' })).rejects.toMatchObject({
      code: 'no-such-fault',
    });
    await expect(cluster.client.request('heal', { id: 'nonsense' })).rejects.toMatchObject({
      code: 'no-such-fault',
    });
  });

  test('kill: the process is gone, its disk is kept; what is dead stays dead', async () => {
    await settle();
    const [n] = await followers();
    const { client } = cluster;
    const { pid, received } = await freshNode(cluster, n);
    const killed = await client.request('node', { action: 'kill', nodes: [n] });
    expect(killed).toMatchObject({ changed: true, nodes: [{ id: n, changed: true }] });
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
    const dead = await freshNode(cluster, n);
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
    const back = await freshNode(cluster, n);
    expect(back).toMatchObject({ state: 'running', disk: dead.disk });
    expect(back.boot).toBeGreaterThan(1);
    expect(back.received!.index).toBeGreaterThanOrEqual(received!.index);
    expect(await client.request('node', { action: 'start', nodes: [n] })).toMatchObject({ changed: false });
  });

  test('P6: what a killed node still had in flight is lost with it, and counted', async () => {
    await settle();
    const led = await leader();
    const { client } = cluster;
    await client.request('set', { settings: { sync: 'none' } });
    await until('everyone knows', async () =>
      (await freshSnapshot(cluster)).nodes.every(({ lag }) => lag.entries === 0),
    );
    await client.request('fault', { fault: { kind: 'isolate', node: led } });
    await client.request('fault', { fault: { kind: 'cut', from: led, to: (await followers())[0] } });
    expect(await ask(cluster, led, 'SET lost 1').catch(() => 'cut')).toMatch(/OK|cut/);
    await until('the leader’s frames are held', async () => {
      const { links } = await freshSnapshot(cluster);
      return links.some(({ from, held }) => from === led && held.forward > 0);
    });
    const killed = await client.request('node', { action: 'kill', nodes: [led] });
    expect(killed.nodes[0]!.lostInFlight).toBeGreaterThan(0);
    await client.request('heal', { id: null });
    expect((await freshSnapshot(cluster)).links.every(({ held }) => held.forward + held.back === 0)).toBe(
      true,
    );
    await client.request('node', { action: 'start', nodes: [led] });
    await settle();
    await client.request('set', { settings: { sync: '1' } });
  });

  test('stop is graceful, and a stopped node starts again', async () => {
    await settle();
    const [n] = await followers();
    const { client } = cluster;
    const stopped = await client.request('node', { action: 'stop', nodes: [n] });
    expect(await eventsAfter(cluster, stopped.event - 1)).toMatchObject([
      { name: 'stopped', node: n, fields: { code: 0 } },
    ]);
    expect((await freshNode(cluster, n)).state).toBe('stopped');
    await client.request('node', { action: 'start', nodes: [n] });
    expect((await freshNode(cluster, n)).state).toBe('running');
  });

  test('restart changes the process, not the disk, and starts a stopped node', async () => {
    await settle();
    const [n] = await followers();
    const { client } = cluster;
    const before = await freshNode(cluster, n);
    expect(await client.request('node', { action: 'restart', nodes: [n] })).toMatchObject({ changed: true });
    const after = await freshNode(cluster, n);
    expect([after.pid === before.pid, after.disk, after.boot]).toEqual([
      false,
      before.disk,
      before.boot! + 1,
    ]);
  });

  test('pause: the system shows it stopped, nothing of it is known; resume: it answers', async () => {
    await settle();
    const [n] = await followers();
    const { client } = cluster;
    expect(await client.request('node', { action: 'pause', nodes: [n] })).toMatchObject({ changed: true });
    const paused = await freshNode(cluster, n);
    expect(paused).toMatchObject({ state: 'paused', role: null, lag: { entries: null } });
    expect(paused.pid).not.toBeNull();
    expect(await client.request('node', { action: 'pause', nodes: [n] })).toMatchObject({ changed: false });
    expect((await freshNode(cluster, n)).busyMs).toBeGreaterThan(0);
    expect(await client.request('node', { action: 'resume', nodes: [n] })).toMatchObject({ changed: true });
    expect(await freshNode(cluster, n)).toMatchObject({ state: 'running', role: 'follower', busyMs: 0 });
    expect(await client.request('node', { action: 'resume', nodes: [n] })).toMatchObject({ changed: false });
  });

  test('status is observed: a node stopped or continued behind the supervisor’s back shows it', async () => {
    await settle();
    const [n] = await followers();
    const { pid } = await freshNode(cluster, n);
    process.kill(pid!, 'SIGSTOP');
    await until('it shows', async () => (await freshNode(cluster, n)).state === 'paused');
    process.kill(pid!, 'SIGCONT');
    await until('it shows', async () => (await freshNode(cluster, n)).state === 'running');
  });

  test('a node that ends by itself is an event, and starts again', async () => {
    await settle();
    const [n] = await followers();
    const { events } = await freshSnapshot(cluster);
    process.kill((await freshNode(cluster, n)).pid!, 'SIGKILL');
    await until('it shows', async () => (await freshNode(cluster, n)).state === 'killed');
    const told = (await eventsAfter(cluster, events)).filter(({ name }) => name === 'exited');
    expect(told).toMatchObject([{ node: n, fields: { signal: 'SIGKILL' } }]);
    await cluster.client.request('node', { action: 'start', nodes: [n] });
    expect((await freshNode(cluster, n)).state).toBe('running');
  });

  test('several nodes at once; a name that is none changes nothing', async () => {
    await settle();
    const [a, b] = await followers();
    const { client } = cluster;
    await expect(client.request('node', { action: 'kill', nodes: [a, 'n9'] })).rejects.toMatchObject({
      code: 'no-such-node',
    });
    expect((await freshNode(cluster, a)).state).toBe('running');
    const killed = await client.request('node', { action: 'kill', nodes: [a, b] });
    expect(killed.nodes.map(({ id, changed }) => [id, changed])).toEqual([
      [a, true],
      [b, true],
    ]);
    await client.request('node', { action: 'start', nodes: [a, b] });
  });

  test('F9: promote refuses a node behind another that answers, and its ballots only grow', async () => {
    await settle();
    const led = await leader();
    const [a, b] = await followers();
    const { client } = cluster;
    await client.request('fault', { fault: { kind: 'isolate', node: b } });
    expect(await ask(cluster, led, 'SET ahead 1')).toBe('+OK');
    await client.request('node', { action: 'kill', nodes: [led] });
    expect((await freshSnapshot(cluster)).leaders).toEqual([]);
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
    const names = (await eventsAfter(cluster, promoted.event))
      .filter(({ node }) => node === a)
      .map(({ name }) => name);
    expect(names).toContain('promoted');
    expect(await client.request('promote', { node: a, force: false })).toMatchObject({
      changed: false,
      epoch: promoted.epoch,
    });
    await client.request('heal', { id: null });
    await client.request('node', { action: 'start', nodes: [led] });
    await settle();
    expect(await leader()).toBe(a);
    const next = await client.request('promote', { node: led, force: false });
    expect(Number.parseInt(next.epoch, 10)).toBeGreaterThan(Number.parseInt(promoted.epoch, 10));
  });

  test('promote --force: what only the others have is lost on purpose', async () => {
    await settle();
    const led = await leader();
    const [, b] = await followers();
    const { client } = cluster;
    await client.request('fault', { fault: { kind: 'isolate', node: b } });
    expect(await ask(cluster, led, 'SET lost-on-purpose 1')).toBe('+OK');
    await expect(client.request('promote', { node: b, force: false })).rejects.toMatchObject({
      code: 'behind',
    });
    const promoted = await client.request('promote', { node: b, force: true });
    await client.request('heal', { id: null });
    await settle();
    expect((await freshSnapshot(cluster)).leaders).toMatchObject([
      { id: b, epoch: { text: promoted.epoch } },
    ]);
    expect(await ask(cluster, b, 'GET lost-on-purpose')).toBe('$-1');
  });

  test('a paused node is not promoted', async () => {
    await settle();
    const [n] = await followers();
    await cluster.client.request('node', { action: 'pause', nodes: [n] });
    const promote = cluster.client.request('promote', { node: n, force: true });
    await expect(promote).rejects.toMatchObject({ code: 'node-silent', facts: { state: 'paused' } });
  });

  test('set goes through the leader’s log; what cannot be set says why', async () => {
    await settle();
    const { client } = cluster;
    const set = await client.request('set', { settings: { sync: 'all' } });
    expect(set).toMatchObject({ changed: true, settings: { sync: 'all', ack: 'durable' } });
    expect((await freshSnapshot(cluster)).options['sync']).toBe('all');
    expect(await client.request('set', { settings: { sync: 'all' } })).toMatchObject({ changed: false });
    await client.request('set', { settings: { sync: '1' } });
    const refused = { 'election-timeout': '2s', speed: 'high', sync: 'n9' };
    const codes = { 'election-timeout': 'setting-fixed', speed: 'bad-setting', sync: 'bad-setting' };
    for (const [name, value] of Object.entries(refused)) {
      const code = codes[name as keyof typeof codes];
      await expect(client.request('set', { settings: { [name]: value } })).rejects.toMatchObject({ code });
    }
  });

  test('events are followed as they happen, and traces of nodes are among them', async () => {
    await settle();
    const heard: string[] = [];
    const abort = new AbortController();
    const { events: after } = await freshSnapshot(cluster);
    const following = cluster.client.request(
      'events',
      { after, follow: true },
      {
        signal: abort.signal,
        onItem: ({ name, node }) => void heard.push(`${name} ${node}`),
      },
    );
    const [n] = await followers();
    await cluster.client.request('node', { action: 'restart', nodes: [n] });
    await until(
      'the restart and its traces were heard',
      () => heard.includes(`started ${n}`) && heard.includes(`following ${n}`),
    );
    abort.abort(new Error('enough'));
    await expect(following).rejects.toThrow('enough');
  });
});
