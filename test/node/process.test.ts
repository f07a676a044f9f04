import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { tempDir, until } from '../support/until.ts';
import { bundleNode, spawnNode, testCluster } from './node-process.ts';
import { initOf } from './scripted-node.ts';

const three = ['n1', 'n2', 'n3'];
const timeoutMs = 30_000;
let file = '';

beforeAll(async () => {
  file = await bundleNode();
});

describe('a cluster of node processes', { timeout: timeoutMs }, () => {
  test('a write at the leader is read at the followers, which refuse writes and name the leader', async () => {
    const cluster = await testCluster(file, three);
    for (const id of three) await cluster.start(id);
    expect(await cluster.promote('n1')).toMatchObject({ type: 'ok' });
    const [n1, n2] = [await cluster.client('n1'), await cluster.client('n2')];
    expect(await n1.ask('SET', 'x', 'häß')).toBe('+OK');
    await until('n2 to have it', async () => (await n2.ask('GET', 'x')) === 'häß');
    const port = n1.socket.remotePort;
    expect(await n2.ask('SET', 'x', '2')).toBe(
      `-READONLY n2 is a follower; the leader is n1 at 127.0.0.1:${port}`,
    );
    await n1.ask('INCR', 'y');
    expect(await n1.ask('WAIT', '2', '5000')).toBe(2);
    const report = await cluster.node('n1').probe();
    expect(report).toMatchObject({ boot: 1, dropped: {}, replicas: [{ role: 'leader' }] });
    expect(report.memory).toBeGreaterThan(1e6);
  });

  test('many clients at once: no increment is lost or seen twice', async () => {
    const cluster = await testCluster(file, ['n1', 'n2'], { sync: '1' });
    for (const id of ['n1', 'n2']) await cluster.start(id);
    await cluster.promote('n1');
    const clients = await Promise.all(Array.from({ length: 20 }, async () => cluster.client('n1')));
    const lines = Array.from({ length: 50 }, () => 'INCR n');
    const replies = (
      await Promise.all(clients.map(async (client) => client.pipeline(...lines)))
    ).flat() as number[];
    expect(replies.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    const [, copies] = (await clients[0]!.ask('RL.PUT', 'a', '1')) as readonly unknown[];
    expect(copies).toBe(2);
  });

  test('T4, T5, T7: a follower killed and started again is dialled again and catches up', async () => {
    const cluster = await testCluster(file, ['n1', 'n2']);
    for (const id of ['n1', 'n2']) await cluster.start(id);
    await cluster.promote('n1');
    const n1 = await cluster.client('n1');
    await n1.ask('SET', 'x', '1');
    expect(await n1.ask('WAIT', '1', '5000')).toBe(1);
    cluster.node('n2').child.kill('SIGKILL');
    await cluster.node('n2').exit;
    await n1.ask('SET', 'x', '2');
    expect(await cluster.start('n2')).toMatchObject({ boot: 2 });
    const n2 = await cluster.client('n2');
    await until('n2 to catch up', async () => (await n2.ask('GET', 'x')) === '2');
  });

  test('a cut-off synchronous follower: the write is unknown, and arrives after all when the link is healed', async () => {
    const cluster = await testCluster(file, ['n1', 'n2'], { sync: '1', 'write-timeout': '300ms' });
    for (const id of ['n1', 'n2']) await cluster.start(id);
    await cluster.promote('n1');
    const n1 = await cluster.client('n1');
    await until('a synchronous write', async () => (await n1.ask('SET', 'x', '1')) === '+OK');
    cluster.link('n1', 'n2').hold();
    expect(await n1.ask('RL.PUT', 'x', '2')).toMatch(/^-UNKNOWN not-replicated 1@n1\/\d+ 1 /);
    cluster.link('n1', 'n2').release();
    const n2 = await cluster.client('n2');
    await until('the write to arrive', async () => (await n2.ask('GET', 'x')) === '2');
  });

  test('B0.4: a follower that was paused hears what waits for it before it suspects the leader', async () => {
    const cluster = await testCluster(file, ['n1', 'n2'], { 'election-timeout': '600ms' });
    for (const id of ['n1', 'n2']) await cluster.start(id);
    await cluster.promote('n1');
    const [n1, n2] = [cluster.node('n1'), cluster.node('n2')];
    const names = (): readonly string[] => n2.traces.map(({ name }) => name);
    await until('n2 to follow', async () => (await n1.probe()).replicas[0]!.followers.length === 1);
    const pausedAt = performance.now();
    n2.child.kill('SIGSTOP');
    await until('n1 to miss it', async () => (await n1.probe()).replicas[0]!.suspects.includes('n2'));
    await until('the longest of suspicion timeouts to pass', () => performance.now() - pausedAt > 1100);
    n2.child.kill('SIGCONT');
    await until('n2 to be back', async () => (await n1.probe()).replicas[0]!.suspects.length === 0);
    await n2.probe();
    expect(names()).not.toContain('suspected');
    // The control: heartbeats that are missing, not late.
    cluster.link('n1', 'n2').hold();
    await until('n2 to suspect', () => names().includes('suspected'));
  });

  test('T3, R1: garbage on both ports is counted, and the node goes on', async () => {
    const cluster = await testCluster(file, ['n1']);
    const { replicationPort, clientPort } = await cluster.start('n1');
    await cluster.promote('n1');
    for (const port of [replicationPort, clientPort]) {
      const socket = connect({ port, host: '127.0.0.1' });
      const closed = Promise.withResolvers<void>();
      socket.on('error', () => undefined);
      socket.on('close', () => closed.resolve());
      socket.write(Buffer.concat([Buffer.from('*9\r\n'), randomBytes(100_000)]));
      socket.resume();
      await closed.promise;
    }
    const client = await cluster.client('n1');
    expect(await client.ask('SET', 'x', '1')).toBe('+OK');
    expect((await cluster.node('n1').probe()).dropped).toEqual({ 'frame-header': 1, 'resp-protocol': 1 });
  });
});

describe('life', { timeout: timeoutMs }, () => {
  async function ready() {
    const cluster = await testCluster(file, ['n1']);
    await cluster.start('n1');
    await cluster.promote('n1');
    return { cluster, node: cluster.node('n1') };
  }

  test('it ends when its IPC channel closes', async () => {
    const { node } = await ready();
    node.child.disconnect();
    expect(await node.exit).toEqual([0, null]);
  });

  test('it ends when its channel closes before it was told anything', async () => {
    const node = spawnNode(file);
    await node.hear('loaded');
    node.child.disconnect();
    expect(await node.exit).toEqual([0, null]);
  });

  test('stop: what is open is answered, the store is closed, and what was written is there again', async () => {
    const { cluster, node } = await ready();
    const client = await cluster.client('n1');
    await client.ask('SET', 'x', '1');
    node.tell({ type: 'stop' });
    expect(await node.exit).toEqual([0, null]);
    await until('the client to be told', () => client.closed());
    expect(await cluster.start('n1')).toMatchObject({ boot: 2 });
    expect(await (await cluster.client('n1')).ask('GET', 'x')).toBe('1');
  });

  test('SIGTERM is a stop; SIGINT and SIGHUP are the supervisor’s to understand', async () => {
    const { cluster, node } = await ready();
    node.child.kill('SIGINT');
    node.child.kill('SIGHUP');
    const client = await cluster.client('n1');
    expect(await client.ask('PING')).toBe('+PONG');
    node.child.kill('SIGTERM');
    expect(await node.exit).toEqual([0, null]);
  });

  test('what it cannot begin with is told in a sentence, exit 70', async () => {
    const node = spawnNode(file);
    await node.hear('loaded');
    node.tell(initOf({ mode: 'no-such-mode', dir: tempDir() }));
    expect(await node.exit).toEqual([70, null]);
    expect(await node.hear('fatal')).toEqual({
      type: 'fatal',
      store: false,
      message: 'no mode is named no-such-mode',
    });
  });

  test('a directory it cannot use is told in a sentence, exit 70', async () => {
    const taken = join(tempDir(), 'file');
    writeFileSync(taken, 'not a directory');
    const node = spawnNode(file);
    await node.hear('loaded');
    node.tell(initOf({ dir: taken }));
    expect(await node.exit).toEqual([70, null]);
    const { message } = await node.hear('fatal');
    expect(message).toContain(taken);
    expect(message).not.toContain('\n');
  });
});
