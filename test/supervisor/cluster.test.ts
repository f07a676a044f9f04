import { describe, expect, test } from 'vitest';
import { snapshotSchema } from '../../src/cluster/snapshot-schema.ts';
import { attach } from '../../src/control/attach.ts';
import { until } from '../support/until.ts';
import { ask, eventsAfter, freshNode, freshSnapshot, recordIn, useCluster } from './live.ts';
import { specOf } from './specs.ts';

/** Each test begins with all nodes up, healed and caught up, whatever the one before left. */
describe('a cluster of three', { timeout: 60_000 }, () => {
  const live = useCluster(specOf('c1', 3, { sync: '1', 'write-timeout': '300ms' }));

  test('up answers when everyone is ready and caught up', () => {
    const { snapshot } = live.cluster;
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
    expect(live.cluster).toMatchObject({ kept: false, reaped: 0 });
  });

  test('R5: the address of a node is its client link, and takes writes', async () => {
    await live.settle();
    expect(await ask(live.cluster, await live.leader(), 'SET x 1')).toBe('+OK');
    const { address } = await freshNode(live.cluster, await live.leader());
    expect(address.client).not.toBe(address.direct);
  });

  test('P13: a fresh snapshot is of a round begun after the request', async () => {
    await live.settle();
    const [a, b] = [await freshSnapshot(live.cluster), await freshSnapshot(live.cluster)];
    expect(b.seq).toBeGreaterThan(a.seq);
    const before = (await freshNode(live.cluster, await live.leader())).received!.index;
    await ask(live.cluster, await live.leader(), 'SET fresh 1');
    expect((await freshNode(live.cluster, await live.leader())).received!.index).toBe(before + 1);
  });

  test('a fault is recorded, in force, counted, shown, and healed', async () => {
    await live.settle();
    const [n] = await live.followers();
    const { client } = live.cluster;
    const fault = await client.request('fault', { fault: { kind: 'isolate', node: n } });
    expect(fault).toMatchObject({ changed: true, text: `isolate ${n}`, links: 4 });
    expect(recordIn(live.root, 'c1').faults.map(({ id }) => id)).toEqual([fault.id]);
    expect(await eventsAfter(live.cluster, fault.event - 1)).toMatchObject([
      { seq: fault.event, name: 'isolate', fields: { id: fault.id } },
    ]);

    expect(await ask(live.cluster, await live.leader(), 'SET cut 1')).toBe('+OK');
    const shown = await until('the entry was held back', async () => {
      const shot = await freshSnapshot(live.cluster);
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
    const healed = await client.request('heal', { ids: [fault.id] });
    expect(healed).toMatchObject({ changed: true, healed: [{ id: fault.id, text: `isolate ${n}` }] });
    expect(healed.healed[0]!.hit.payload).toBeGreaterThan(0);
    expect(await client.request('heal', { ids: [fault.id] })).toMatchObject({ changed: false, healed: [] });
    expect(await client.request('heal', { ids: null })).toMatchObject({ changed: false, healed: [] });
    expect(recordIn(live.root, 'c1').faults).toEqual([]);
    await until('it caught up', async () => (await freshNode(live.cluster, n)).lag.entries === 0);
  });

  test('a fault on a node that takes the place of another says what that one hit', async () => {
    await live.settle();
    const { client } = live.cluster;
    const node = await live.leader();
    const one = await client.request('fault', { fault: { kind: 'limit', node, perS: 1000 } });
    for (let n = 0; n < 3; n += 1) await ask(live.cluster, node, `SET limited ${n}`);
    const two = await client.request('fault', { fault: { kind: 'limit', node, perS: 2000 } });
    expect(two.replaced).toMatchObject([{ id: one.id, hit: { counts: { requests: 3 } } }]);
    const { faults } = await freshSnapshot(live.cluster);
    expect(faults).toMatchObject([{ id: two.id, hit: { counts: { requests: 0 } } }]);
  });

  test('a fault that is put off while its end waits for its turn goes on', async () => {
    await live.settle();
    const { client } = live.cluster;
    const [other, still] = await live.followers();
    const isolated = { kind: 'isolate', node: other } as const;
    const forgetful = { kind: 'disk', node: still, trouble: 'lose-unsynced' } as const;
    // A disk turns forgetful between two actions on its node: what comes after waits for the restart too.
    const [one, , , again] = await Promise.all([
      client.request('fault', { fault: isolated, forMs: 60 }),
      client.request('node', { action: 'restart', nodes: [still] }),
      client.request('fault', { fault: forgetful }),
      client.request('fault', { fault: isolated, forMs: 3_600_000 }),
    ]);
    expect(again).toMatchObject({ changed: true, id: one.id, links: 4 });
    await client.request('heal', { ids: [] });
    const { faults } = await freshSnapshot(live.cluster);
    const fault = faults.find(({ id }) => id === one.id)!;
    expect(fault.untilMs! - fault.sinceMs).toBeGreaterThanOrEqual(3_600_000);
  });

  test('a partition takes the place of the one before; ids never repeat', async () => {
    await live.settle();
    const { client } = live.cluster;
    const one = await client.request('fault', {
      fault: { kind: 'partition', groups: [['n1'], ['n2', 'n3']] },
    });
    await until('it to hold something', async () => {
      const { faults } = await freshSnapshot(live.cluster);
      return Object.keys(faults[0]!.hit.byClass).length > 0;
    });
    const two = await client.request('fault', {
      fault: { kind: 'partition', groups: [['n1', 'n2'], ['n3']] },
    });
    expect((await freshSnapshot(live.cluster)).faults.map(({ id }) => id)).toEqual([two.id]);
    expect(one).toMatchObject({ links: 4, replaced: [] });
    expect(two).toMatchObject({ links: 4, replaced: [{ id: one.id, text: 'partition n1/n2,n3' }] });
    expect(Object.keys(two.replaced[0]!.hit.byClass).length).toBeGreaterThan(0);
    const [event] = await eventsAfter(live.cluster, two.event - 1);
    expect(event).toMatchObject({ fields: { replaced: one.id, heldBytes: two.replaced[0]!.hit.bytes } });
    await client.request('heal', { ids: null });
    const three = await client.request('fault', { fault: { kind: 'cut', from: ['n1'], to: ['n2'] } });
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
    await live.settle();
    const { client } = await attach(live.root, 'c1');
    await expect(client.request('fault', { fault: fault as never })).rejects.toMatchObject({ code });
    client.close();
    expect((await freshSnapshot(live.cluster)).faults).toEqual([]);
  });

  test('healing what never was says so', async () => {
    await expect(live.cluster.client.request('heal', { ids: ['f999'] })).rejects.toMatchObject({
      code: 'no-such-fault',
    });
    await expect(live.cluster.client.request('heal', { ids: ['nonsense'] })).rejects.toMatchObject({
      code: 'no-such-fault',
    });
  });

  test('events are followed as they happen, and traces of nodes are among them', async () => {
    await live.settle();
    const heard: string[] = [];
    const abort = new AbortController();
    const { events: after } = await freshSnapshot(live.cluster);
    const following = live.cluster.client.request(
      'events',
      { after, follow: true },
      {
        signal: abort.signal,
        onItem: ({ name, node }) => void heard.push(`${name} ${node}`),
      },
    );
    const [n] = await live.followers();
    await live.cluster.client.request('node', { action: 'restart', nodes: [n] });
    await until(
      'the restart and its traces were heard',
      () => heard.includes(`started ${n}`) && heard.includes(`following ${n}`),
    );
    abort.abort(new Error('enough'));
    await expect(following).rejects.toThrow('enough');
  });
});
