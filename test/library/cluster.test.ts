import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { summarizeClusters } from '../../src/control/attach.ts';
import { stateRoot } from '../../src/control/state-dir.ts';
import {
  Cluster,
  ReplabError,
  type Client,
  type ClientOptions,
  type UpOptions,
} from '../../src/library/index.ts';
import { until } from '../support/until.ts';

async function up(options?: UpOptions): Promise<Cluster> {
  const cluster = await Cluster.up(options);
  onTestFinished(() => cluster.down());
  return cluster;
}

const names = (): readonly string[] => summarizeClusters(stateRoot()).map(({ name }) => name);

describe('Cluster', { timeout: 60_000 }, () => {
  test('comes up, breaks, heals and goes down as the commands do', async () => {
    const cluster = await up({ nodes: 3, sync: 'n2', writeTimeout: '2s' });
    const client = cluster.client();
    onTestFinished(() => client.close());
    expect((await cluster.snapshot()).options).toMatchObject({ sync: 'n2', 'write-timeout': '2s' });
    const { node, copies } = await client.put('x', 'one');
    expect({ node, enough: copies >= 2 }).toEqual({ node: 'n1', enough: true });
    await cluster.wait('caught-up');

    const cut = await cluster.isolate('n3');
    await client.put('x', 'two');
    expect((await client.get('x', { read: 'n3' })).value).toBe('one');
    expect((await client.get('x')).value).toBe('two');
    expect(await cluster.holds('nodes[id="n3"].lag.entries >= 1', { within: '5s' })).toBe(true);
    expect((await cut.heal())!.payload).toBeGreaterThan(0);
    await cluster.wait('caught-up', { timeout: '10s' });
    expect((await client.get('x', { read: 'n3' })).value).toBe('two');

    await cluster.kill('@leader');
    await cluster.promote('n2');
    expect(await client.put('x', 'three')).toMatchObject({ node: 'n2' });
    const events = await cluster.events();
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['up', 'killed', 'promoted']));

    await cluster.down();
    expect(names()).not.toContain(cluster.name);
    expect(existsSync(cluster.dir)).toBe(false);
    // Once more is no mistake.
    await cluster.down();
  });

  test('every kind of operation', async () => {
    const client = (await up({ nodes: 1 })).client({ read: 'n1' });
    onTestFinished(() => client.close());
    expect((await client.get('x')).value).toBeNull();
    expect((await client.incr('x', 5n)).value).toBe('5');
    expect(await client.cas('x', '5', '6')).toMatchObject({ swapped: true, value: '6' });
    expect(await client.cas('x', null, '7')).toMatchObject({ swapped: false, value: '6' });
    expect(await client.cas('x', '6', null)).toMatchObject({ swapped: true, value: null });
    await client.put('y', 'z');
    expect((await client.del('x', 'y')).deleted).toBe(1);
  });

  test('sessions: what a client has seen is promised to it, and to another device that learns of it', async () => {
    const cluster = await up({ nodes: 3 });
    const open = (options: ClientOptions): Client => {
      const client = cluster.client({ guarantees: ['read-your-writes'], waitMs: 100, ...options });
      onTestFinished(() => client.close());
      return client;
    };
    const [laptop, phone] = [open({ as: 'alice' }), open({ as: 'phone', read: 'n3' })];
    await cluster.cut('n1:n3');
    await laptop.put('x', 'mine');
    expect(await laptop.get('x', { read: 'n3' })).toMatchObject({
      value: 'mine',
      moved: [{ node: 'n3', why: 'not-seen-yet' }],
    });
    expect(await phone.get('x')).toMatchObject({ value: null, node: 'n3', moved: [] });
    phone.learn(laptop.token());
    // At once: they are done one after another.
    const both = await Promise.all([phone.get('x'), phone.get('x')]);
    expect(both.map(({ value }) => value)).toEqual(['mine', 'mine']);
    expect(laptop.counts).toMatchObject({ writes: 1, waits: 1, moves: 1 });
    const nobody = open({ guarantees: ['causal'], read: 'n3' });
    await nobody.put('x', 'nobody');
    expect((await nobody.get('x')).value).toBe('nobody');
  });

  test('what fails says what, and whether it certainly did not happen', async () => {
    const cluster = await up({ nodes: 2, sync: 1, writeTimeout: '200ms' });
    const client = cluster.client();
    onTestFinished(() => client.close());
    await cluster.fault('isolate n2', { for: '10m' });
    const unknown = await client.put('x', '1').catch((error: unknown) => error);
    expect(unknown).toBeInstanceOf(ReplabError);
    expect(unknown).toMatchObject({ code: 'not-replicated', definite: false });
    await cluster.kill('n1');
    await expect(client.put('x', '2')).rejects.toMatchObject({ code: 'no-leader', definite: true });
    await expect(cluster.run('kill n9')).rejects.toMatchObject({ code: 'no-such-node' });
    await expect(cluster.run("put 'x")).rejects.toMatchObject({ code: 'usage' });
    expect((await cluster.run('diff')).exit).toBe(2);
  });

  test('up that fails throws, and leaves nothing', async () => {
    await expect(Cluster.up({ name: 'broken', nodes: 0 })).rejects.toMatchObject({ code: 'usage' });
    const aborted = Cluster.up({ name: 'aborted' }, AbortSignal.timeout(50));
    await expect(aborted).rejects.toMatchObject({ code: 'interrupted' });
    expect(names()).not.toContain('aborted');
  });

  test('several stand side by side; one that is up can be connected to, and stays', async () => {
    const [one, other] = await Promise.all([up({ nodes: 1 }), up({ nodes: 1 })]);
    {
      await using again = await Cluster.connect(one.name);
      await again.run('put x here');
    }
    expect(await one.run('get x')).toMatchObject({ document: { value: 'here' } });
    expect(await other.run('get x')).toMatchObject({ document: { value: null } });
    await one.reset();
    expect(await one.run('get x')).toMatchObject({ document: { found: false } });
  });

  test('it ends with its process, however that ends', async () => {
    const fixture = fileURLToPath(new URL('fixtures/holds-cluster.ts', import.meta.url));
    const child = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const name = said.toString().trim();
    expect(names()).toContain(name);
    child.kill('SIGKILL');
    await until('it is gone', () => !names().includes(name));
  });
});
