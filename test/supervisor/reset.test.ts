import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { ask, eventsAfter, freshNode, freshSnapshot, useCluster } from './live.ts';
import { specOf } from './specs.ts';

describe('reset', { timeout: 60_000 }, () => {
  const live = useCluster(specOf('c1', 3, { sync: '1', 'write-timeout': '300ms' }));

  test('a node that does not halt in time is killed, and goes on in a new process with the others', async () => {
    await live.settle();
    const { client } = live.cluster;
    const before = await freshNode(live.cluster, 'n3');
    const fault = { kind: 'disk', node: 'n3', trouble: 'slow', slowMs: 10_000 } as const;
    await client.request('fault', { fault });
    expect(await ask(live.cluster, 'n1', 'SET k v')).toBe('+OK');
    await until('n3 waits for its disk', async () => (await freshNode(live.cluster, 'n3')).role === null);
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
});
