import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { attach, summarizeClusters } from '../../src/control/attach.ts';
import { identify, isAlive, killIdentity, stateOf, waitGone } from '../../src/control/process-identity.ts';
import { processesOf } from '../../src/control/remains.ts';
import { clusterDir, paths } from '../../src/control/state-dir.ts';
import { takeDownCluster } from '../../src/control/take-down.ts';
import { launchCluster } from '../../src/supervisor/launch.ts';
import { diskOf } from '../../src/protocol/node-id.ts';
import { tempDir } from '../support/until.ts';
import { ask, eventsAfter, freshNode, freshSnapshot, identitiesIn, launch, recordIn } from './live.ts';
import { specOf } from './specs.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('up and down', { timeout: 60_000 }, () => {
  test('down ends every process and leaves nothing behind', async () => {
    const root = tempDir();
    const { client, snapshot } = await launch(root, specOf('c1', 3));
    const processes = identitiesIn(recordIn(root, 'c1'));
    expect(processes.map(stateOf)).toEqual(['alive', 'alive', 'alive', 'alive']);
    expect(snapshot.nodes.map(({ pid }) => pid)).toEqual(processes.slice(1).map(({ pid }) => pid));
    expect(await takeDownCluster(root, 'c1', { keep: false })).toEqual({
      was: 'up',
      ended: 4,
      event: expect.any(Number),
    });
    await client.closed;
    expect([processes.map(stateOf), readdirSync(root)]).toEqual([[null, null, null, null], []]);
    await expect(takeDownCluster(root, 'c1', { keep: false })).rejects.toMatchObject({
      code: 'no-such-cluster',
    });
  });

  test('down ends paused nodes too, and answers all that are waiting', async () => {
    const root = tempDir();
    const { client } = await launch(root, specOf('c1', 3));
    await client.request('node', { action: 'pause', nodes: ['n1', 'n3'] });
    const processes = identitiesIn(recordIn(root, 'c1'));
    const following = client.request('events', { after: 0, follow: true });
    await takeDownCluster(root, 'c1', { keep: false });
    expect((await following).last).toBeGreaterThan(0);
    expect(processes.map(stateOf)).toEqual([null, null, null, null]);
  });

  test('down --keep, then up: the data, the epochs, the event numbers and the leader are there again', async () => {
    const root = tempDir();
    const first = await launch(root, specOf('c1', 3, { sync: '1' }));
    expect(await ask(first, 'n1', 'SET x 1')).toBe('+OK');
    await first.client.request('promote', { node: 'n2', force: false });
    await first.client.request('fault', { fault: { kind: 'isolate', node: 'n3' } });
    await first.client.request('set', { settings: { sync: 'none' } });
    const { events } = await freshSnapshot(first);
    await takeDownCluster(root, 'c1', { keep: true });
    expect(summarizeClusters(root)).toMatchObject([{ name: 'c1', state: 'kept', pid: null }]);
    expect(processesOf(recordIn(root, 'c1'))).toEqual([]);
    await expect(attach(root, 'c1')).rejects.toMatchObject({ code: 'cluster-kept' });
    expect(await takeDownCluster(root, 'c1', { keep: true })).toEqual({ was: 'kept', ended: 0, event: null });

    const again = await launchCluster({ root, name: 'c1', spec: null });
    expect(again).toMatchObject({
      kept: true,
      reaped: 0,
      snapshot: { options: { sync: 'none' }, faults: [] },
    });
    expect(again.snapshot.leaders).toMatchObject([{ id: 'n2', epoch: { text: '2@n2' } }]);
    expect(await ask(again, 'n2', 'GET x')).toBe('$1');
    // Nodes trace on meanwhile: there may be more events by now, never a gap.
    const { events: atLeast } = await freshSnapshot(again);
    const numbers = (await eventsAfter(again, 0)).map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(numbers.length).toBeGreaterThanOrEqual(atLeast);
    expect(atLeast).toBeGreaterThan(events);
    expect(await again.client.request('promote', { node: 'n3', force: false })).toMatchObject({
      epoch: '3@n3',
    });
    await takeDownCluster(root, 'c1', { keep: false });
    expect(readdirSync(root)).toEqual([]);
  });

  test('kept data are not for another cluster; without data, null means nothing', async () => {
    const root = tempDir();
    await launch(root, specOf('c1', 1));
    await takeDownCluster(root, 'c1', { keep: true });
    const asked = launchCluster({ root, name: 'c1', spec: specOf('c1', 2) });
    await expect(asked).rejects.toMatchObject({
      code: 'kept-differs',
      facts: { field: 'nodes', kept: 'n1', asked: 'n1,n2' },
    });
    expect(summarizeClusters(root)).toMatchObject([{ name: 'c1', state: 'kept' }]);
    await takeDownCluster(root, 'c1', { keep: false });
    await expect(launchCluster({ root, name: 'c1', spec: null })).rejects.toMatchObject({
      code: 'no-such-cluster',
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test('several clusters side by side do not know of each other', async () => {
    const root = tempDir();
    const [a, b] = await Promise.all([launch(root, specOf('a', 1)), launch(root, specOf('b', 1))]);
    expect(await ask(a, 'n1', 'SET x 1')).toBe('+OK');
    expect(await ask(b, 'n1', 'GET x')).toBe('$-1');
    await takeDownCluster(root, 'a', { keep: false });
    expect((await freshNode(b, 'n1')).state).toBe('running');
    await takeDownCluster(root, 'b', { keep: false });
  });

  test('two `up` of one name at once: one gets it, the other is told', async () => {
    const root = tempDir();
    const both = await Promise.allSettled([launch(root, specOf('c1', 1)), launch(root, specOf('c1', 1))]);
    const refused = both.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
    );
    expect(refused).toEqual(['cluster-exists']);
    expect((await attach(root, 'c1')).spec.name).toBe('c1');
    await expect(launch(root, specOf('c1', 1))).rejects.toMatchObject({ code: 'cluster-exists' });
    await takeDownCluster(root, 'c1', { keep: false });
  });

  test('SIGTERM to the supervisor is a `down` that keeps the data', async () => {
    const root = tempDir();
    await launch(root, specOf('c1', 2));
    const record = recordIn(root, 'c1');
    killIdentity(record.supervisor, 'SIGTERM');
    expect(await waitGone(identitiesIn(record), 5000)).toEqual([]);
    expect(summarizeClusters(root)).toMatchObject([{ state: 'kept' }]);
  });

  test('a terminal’s signals do not reach the daemon', async () => {
    const root = tempDir();
    const cluster = await launch(root, specOf('c1', 1));
    const { supervisor } = recordIn(root, 'c1');
    killIdentity(supervisor, 'SIGINT');
    killIdentity(supervisor, 'SIGHUP');
    expect((await freshNode(cluster, 'n1')).state).toBe('running');
    await takeDownCluster(root, 'c1', { keep: false });
  });

  test('what cannot be started says why, and nothing is left', async () => {
    const root = tempDir();
    const bad = launch(root, { ...specOf('c1', 2), options: { sync: '5' } });
    await expect(bad).rejects.toMatchObject({ code: 'bad-setting', facts: { name: 'sync', value: '5' } });
    expect(readdirSync(root)).toEqual([]);
  });

  test('a node that cannot start takes the new cluster with it; kept data stay', async () => {
    const root = tempDir();
    await launch(root, specOf('c1', 2));
    await takeDownCluster(root, 'c1', { keep: true });
    const dir = clusterDir(root, 'c1');
    const data = paths.nodeData(dir, 'n2', diskOf('n2'));
    for (const file of readdirSync(data)) writeFileSync(join(data, file), 'no database at all');
    await expect(launchCluster({ root, name: 'c1', spec: null })).rejects.toMatchObject({
      code: 'store-unusable',
      facts: { node: 'n2' },
    });
    expect(summarizeClusters(root)).toMatchObject([{ state: 'kept' }]);
    expect(processesOf(recordIn(root, 'c1'))).toEqual([]);
  });

  test('a directory that is no cluster’s is not taken for one, nor removed', async () => {
    const root = tempDir();
    mkdirSync(join(root, 'c1'));
    writeFileSync(join(root, 'c1', 'cluster.json'), '{"mine": true}');
    await expect(launch(root, specOf('c1', 1))).rejects.toMatchObject({ code: 'state-foreign' });
    expect(readFileSync(join(root, 'c1', 'cluster.json'), 'utf8')).toBe('{"mine": true}');
  });
});

describe('P5: no orphans', { timeout: 60_000 }, () => {
  describe.for(process.platform === 'linux' ? ['the parent-death signal', 'the reaper'] : ['the reaper'])(
    'by %s',
    (means) => {
      test('the supervisor killed: no node survives, running or paused', async () => {
        if (means === 'the reaper') vi.stubEnv('REPLAB_NO_PDEATHSIG', '1');
        const root = tempDir();
        const { client } = await launch(root, specOf('c1', 3));
        await client.request('node', { action: 'pause', nodes: ['n2'] });
        const record = recordIn(root, 'c1');
        killIdentity(record.supervisor, 'SIGKILL');
        expect(await waitGone(identitiesIn(record), 5000)).toEqual([]);
        await client.closed;
        expect(summarizeClusters(root)).toMatchObject([{ name: 'c1', state: 'gone' }]);
        await expect(attach(root, 'c1')).rejects.toMatchObject({ code: 'supervisor-gone' });

        const again = await launchCluster({ root, name: 'c1', spec: null });
        expect(again).toMatchObject({
          kept: true,
          snapshot: { leaders: [{ id: 'n1', epoch: { text: '1@n1' } }] },
        });
        await takeDownCluster(root, 'c1', { keep: false });
        expect(readdirSync(root)).toEqual([]);
      });
    },
  );

  test('the reaper ends with its supervisor’s cluster', async () => {
    vi.stubEnv('REPLAB_NO_PDEATHSIG', '1');
    const root = tempDir();
    await launch(root, specOf('c1', 1));
    const { supervisor } = recordIn(root, 'c1');
    const children = readFileSync(`/proc/${supervisor.pid}/task/${supervisor.pid}/children`, 'utf8')
      .trim()
      .split(' ');
    const identities = children.map((pid) => identify(Number(pid))!);
    expect(identities).toHaveLength(2);
    await takeDownCluster(root, 'c1', { keep: false });
    expect(await waitGone(identities, 5000)).toEqual([]);
  });

  test('a cluster whose supervisor died can be taken down', async () => {
    const root = tempDir();
    await launch(root, specOf('c1', 2));
    const record = recordIn(root, 'c1');
    killIdentity(record.supervisor, 'SIGKILL');
    await waitGone([record.supervisor], 5000);
    expect(await takeDownCluster(root, 'c1', { keep: false })).toMatchObject({ was: 'gone' });
    expect([readdirSync(root), identitiesIn(record).filter(isAlive)]).toEqual([[], []]);
  });

  test('a supervisor that is stopped is unresponsive, and not taken for dead', async () => {
    const root = tempDir();
    await launch(root, specOf('c1', 1));
    const { supervisor } = recordIn(root, 'c1');
    killIdentity(supervisor, 'SIGSTOP');
    await expect(attach(root, 'c1', 100)).rejects.toMatchObject({ code: 'unresponsive' });
    killIdentity(supervisor, 'SIGCONT');
    await takeDownCluster(root, 'c1', { keep: false });
  });
});
