import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clusterDir, paths } from '../../src/control/state-dir.ts';
import { until } from '../support/until.ts';
import { ask, eventsAfter, freshNode, freshSnapshot, recordIn, useCluster } from './live.ts';
import { specOf } from './specs.ts';

describe('reset', { timeout: 60_000 }, () => {
  const live = useCluster(specOf('c1', 3, { sync: '1', 'write-timeout': '300ms' }));

  /** For longer than a reset waits for it. */
  const n3WaitsForItsDisk = async (): Promise<void> => {
    for (const slowMs of [9000, 9500, 10_000]) {
      const fault = { kind: 'disk', node: 'n3', trouble: 'slow', slowMs } as const;
      await live.cluster.client.request('fault', { fault, add: true });
    }
    expect((await freshSnapshot(live.cluster)).faults).toHaveLength(3);
    expect(await ask(live.cluster, 'n1', 'SET k v')).toBe('+OK');
    await until('it waits', async () => (await freshNode(live.cluster, 'n3')).role === null);
  };

  test('a node that does not halt in time is killed, and goes on in a new process with the others', async () => {
    await live.settle();
    const { client } = live.cluster;
    const before = await freshNode(live.cluster, 'n3');
    await n3WaitsForItsDisk();
    const { event, disks } = await client.request('reset', {});
    expect(disks).toEqual(['n1.2', 'n2.2', 'n3.2']);
    const after = await freshSnapshot(live.cluster);
    expect(after).toMatchObject({ faults: [], divergence: { state: 'equal' } });
    expect(after.nodes.map(({ state, keys }) => [state, keys])).toEqual([
      ['running', 0],
      ['running', 0],
      ['running', 0],
    ]);
    const killed = (await eventsAfter(live.cluster, event)).filter(({ name }) => name === 'killed');
    expect(killed).toMatchObject([{ node: 'n3', fields: { pid: before.pid, process: true } }]);
  });

  test('a node that died by itself comes back like the others', async () => {
    await live.settle();
    const { client } = live.cluster;
    const { pid } = await freshNode(live.cluster, 'n2');
    process.kill(pid!, 'SIGKILL');
    await client.request('reset', {});
    const { nodes } = await freshSnapshot(live.cluster);
    expect(nodes.map(({ state, boot }) => [state, boot])).toEqual(nodes.map(() => ['running', 1]));
  });

  test('a node that cannot come back: the cluster was reset, and says what is missing', async () => {
    await live.settle();
    const { client } = live.cluster;
    await n3WaitsForItsDisk();
    const { events } = await freshSnapshot(live.cluster);
    const reset = Promise.allSettled([client.request('reset', {})]);
    await until('the record says so', async () =>
      (await eventsAfter(live.cluster, events)).some(({ name }) => name === 'reset'),
    );
    // From here until n3 is given up, n2 has its new disk and has not yet looked at it.
    const { disk } = recordIn(live.root, 'c1').nodes[1]!;
    writeFileSync(join(paths.nodeData(clusterDir(live.root, 'c1'), 'n2', disk), 'node.db'), 'no database');
    expect(await reset).toMatchObject([
      {
        reason: {
          code: 'reset-incomplete',
          facts: { detail: expect.stringMatching(/^Node n2 cannot use its store\./) },
        },
      },
    ]);
    await client.request('reset', {});
    await live.settle();
  });
});
