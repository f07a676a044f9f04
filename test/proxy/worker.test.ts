import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { linkName, linksOf } from '../../src/cluster/place.ts';
import { startProxy } from '../../src/proxy/host.ts';
import { until } from '../support/until.ts';
import { builtWorker, dial, faultsOf, listen, startNet } from './support.ts';

const fixture = (name: string): URL => new URL(`../fixtures/${name}`, import.meta.url);
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at + 1}`);

describe('worker (T12)', () => {
  test('close frees every port, resets every connection and ends the worker', async () => {
    const net = await startNet(['n1', 'n2']);
    const [passing, held] = [await net.dial('n1->n2'), await net.dial('n2->n1')];
    await net.faults('cut n2:n1');
    held.socket.write('held');
    await until('it held', async () => (await net.hit('f1')).bytes === 4);
    await net.proxy.close();
    await net.proxy.close();
    expect(await net.proxy.ended).toBeNull();
    await until('the resets', () => passing.closed && held.closed);
    for (const port of Object.values(net.ports)) expect((await dial(port)).error).toBe('ECONNREFUSED');
    await expect(net.proxy.counters()).rejects.toThrow(/the proxy has ended: it was closed/);
  });

  test('a worker that crashes is reported, with what was open', async () => {
    const proxy = await startProxy({ workerUrl: fixture('proxy-that-crashes.ts') });
    onTestFinished(() => proxy.close());
    const counters = proxy.counters();
    await expect(counters).rejects.toThrow(/the proxy has ended: out of descriptors/);
    expect(await proxy.ended).toMatchObject({ message: 'the proxy has ended: out of descriptors' });
    await expect(proxy.discard('n1')).rejects.toThrow(/out of descriptors/);
  });

  test('a worker that cannot load is reported by the start', async () => {
    await expect(startProxy({ workerUrl: fixture('no-such-file.ts') })).rejects.toThrow(/no-such-file/);
  });

  test('a request that fails rejects, and the proxy goes on', async () => {
    const net = await startNet(['n1', 'n2']);
    await expect(net.proxy.open([{ from: 'n1', to: 'n2' }])).rejects.toThrow(/a link is opened once/);
    expect((await net.proxy.counters()).links).toHaveLength(4);
  });

  test('links opened while a fault is in force are judged by it', async () => {
    const proxy = await startProxy(builtWorker);
    onTestFinished(() => proxy.close());
    await proxy.setFaults(faultsOf(['n1', 'n2'], 'isolate n1'));
    await proxy.open(linksOf(['n1', 'n2']));
    expect((await proxy.counters()).links.map((link) => [linkName(link), link.state])).toEqual([
      ['n1->n2', 'held'],
      ['n2->n1', 'held'],
      ['client->n1', 'ok'],
      ['client->n2', 'ok'],
    ]);
  });

  test.for([
    ['as it is', []],
    ['through tsx', ['--import', 'tsx']],
  ] as const)('it runs from source %s, in a process of its own', ([, flags]) => {
    const run = spawnSync(process.execPath, [...flags, fileURLToPath(fixture('starts-proxy.ts'))], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 0, stderr: '', stdout: '2 links, closed\n' });
  });
});

describe('380 links', () => {
  test('faults change on all of them in one step, live connections included', async () => {
    const nodes = names(20);
    const proxy = await startProxy(builtWorker);
    onTestFinished(() => proxy.close());
    const target = await listen();
    for (const node of nodes)
      await proxy.upstream(node, { replicationPort: target.port, clientPort: target.port });
    const links = linksOf(nodes).filter(({ from }) => from !== 'client');
    const start = performance.now();
    const ports = await proxy.open(links);
    const openMs = performance.now() - start;
    expect(Object.keys(ports)).toHaveLength(380);
    expect(new Set(Object.values(ports)).size).toBe(380);

    const dialled = await Promise.all(links.map((link) => dial(ports[linkName(link)]!)));
    await until('every connection', () => target.accepted.length === 380);
    const half = nodes.slice(0, 10).join(',');
    const cutStart = performance.now();
    const cut = await proxy.setFaults(faultsOf(nodes, `partition ${half}`));
    const cutMs = performance.now() - cutStart;
    expect(cut).toMatchObject({ links: 200, connections: 200 });
    for (const { socket } of dialled) socket.write('x');
    await until('the uncut', () => target.text().length === 180);
    await until('the cut to be held', async () => (await proxy.counters()).hits['f1']?.bytes === 200);
    expect(target.text()).toHaveLength(180);
    const healStart = performance.now();
    await proxy.setFaults([]);
    const healMs = performance.now() - healStart;
    await until('all', () => target.text().length === 380);
    console.log(
      `380 links: open ${openMs.toFixed(0)} ms, partition ${cutMs.toFixed(1)} ms, heal ${healMs.toFixed(1)} ms`,
    );
  });
});
