import { createServer, type Server } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKeyValueClient, type KeyValueClient } from '../../src/client/key-value.ts';
import type { NodeView } from '../../src/cluster/snapshot.ts';
import { createChance } from '../../src/lib/chance.ts';
import type { Outcome } from '../../src/protocol/request.ts';
import { lonelyLeader, okOf, scriptedNode } from '../node/scripted-node.ts';
import { until } from '../support/until.ts';
import { clusterAt } from './cluster-at.ts';
import { silent } from './sample.ts';

const put = ['RL.PUT', 'x', '1'];
const get = ['RL.GET', 'x'];
const written = okOf({ kind: 'written' }, 7, 2);
const notLeader = (leader: string | null): Outcome => ({ type: 'refused', code: 'not-leader', leader });

/** A client of nodes at these ports, and the leader a snapshot shows. */
function client(
  ports: Readonly<Record<string, number | null>>,
  leader: string | null,
  over: Readonly<Record<string, Partial<NodeView>>> = {},
  region: string | null = null,
): KeyValueClient {
  const created = createKeyValueClient(clusterAt(ports, leader, over), region);
  onTestFinished(() => created.close());
  return created;
}

/** A port behind which nobody is any more. */
async function deadPort(): Promise<number> {
  const server = await listen(() => {});
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function listen(
  onBytes: (text: string, end: () => void) => void,
  onReset: () => void = () => {},
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('data', (data) => onBytes(data.toString(), () => socket.destroy()));
    socket.on('error', onReset);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return server;
}

const portOf = (server: Server): number => (server.address() as { port: number }).port;
const atLeader = { at: null, withinMs: 2000 } as const;

describe('writes', () => {
  test('go to the leader the snapshot shows', async () => {
    const n1 = await scriptedNode(() => written);
    const answer = await client({ n1: n1.clientPort }, 'n1').write(put, atLeader);
    expect(answer).toMatchObject({ node: 'n1', copies: 2, at: { index: 7 } });
  });

  test('F17: follow the node that a follower names', async () => {
    const n2 = await scriptedNode(() => written, { self: 'n2' });
    const n1 = await scriptedNode(() => notLeader('n2'), { clientPorts: { n2: n2.clientPort } });
    const answer = await client({ n1: n1.clientPort, n2: n2.clientPort }, 'n1').write(put, atLeader);
    expect(answer.node).toBe('n2');
    expect(n2.asked).toHaveLength(1);
  });

  test('from a region they go over its own links, and a redirect is to one of these', async () => {
    const n2 = await scriptedNode(() => written, { self: 'n2' });
    const n1 = await scriptedNode(() => notLeader('n2'), { listeners: { us: { n2: n2.clientPort } } });
    const dead = `127.0.0.1:${await deadPort()}`;
    const address = { client: dead, direct: null, clientAt: { us: `127.0.0.1:${n1.listenerPorts['us']}` } };
    const keys = client({ n1: 0, n2: 0 }, 'n1', { n1: { address } }, 'us');
    expect((await keys.write(put, atLeader)).node).toBe('n2');
    expect(n2.asked).toHaveLength(1);
  });

  test('from a region that is not there: an error at once', () => {
    expect(() => client({ n1: 0 }, 'n1', {}, 'mars')).toThrow(
      expect.objectContaining({
        code: 'no-such-region',
        facts: expect.objectContaining({ regions: 'eu, us' }),
      }),
    );
  });

  test('F17: at most five hops, then there is no leader', async () => {
    const ports: Record<string, number> = {};
    const n1 = await scriptedNode(() => notLeader('n1'), { clientPorts: ports });
    ports['n1'] = n1.clientPort;
    await expect(client({ n1: n1.clientPort }, 'n1').write(put, atLeader)).rejects.toMatchObject({
      code: 'no-leader',
    });
    expect(n1.asked).toHaveLength(6);
  });

  test('F17: nobody named: asks everybody who leads', async () => {
    const leader = await lonelyLeader();
    const n2 = await scriptedNode(() => notLeader(null), { self: 'n2' });
    const ports = { n1: leader.clientPort, n2: n2.clientPort };
    expect((await client(ports, null).write(put, atLeader)).node).toBe('n1');
    expect((await client(ports, 'n2').write(put, atLeader)).node).toBe('n1');
  });

  test('a hint that is dead did not get it: the write goes where RL.WHO leads', async () => {
    const leader = await lonelyLeader();
    const ports = { n1: leader.clientPort, n2: await deadPort() };
    expect((await client(ports, 'n2').write(put, atLeader)).node).toBe('n1');
  });

  test('nobody leads: refused, definitely', async () => {
    const n2 = await scriptedNode(() => notLeader(null));
    await expect(
      client({ n1: await deadPort(), n2: n2.clientPort }, 'n1').write(put, atLeader),
    ).rejects.toMatchObject({ code: 'no-leader' });
  });

  test('F17: pinned, they go nowhere else', async () => {
    const n2 = await scriptedNode(() => written, { self: 'n2' });
    const n1 = await scriptedNode(() => notLeader('n2'), { clientPorts: { n2: n2.clientPort } });
    const keys = client({ n1: n1.clientPort, n2: n2.clientPort }, 'n2');
    await expect(keys.write(put, { at: 'n1', withinMs: 2000 })).rejects.toMatchObject({
      code: 'not-leader',
      facts: { node: 'n1', leader: 'n2' },
    });
    expect(n2.asked).toHaveLength(0);
  });

  test('pinned to a node that is down: refused before it is sent', async () => {
    const keys = client({ n1: await deadPort() }, 'n1', { n1: { ...silent, state: 'killed' } });
    await expect(keys.write(put, { at: 'n1', withinMs: 2000 })).rejects.toMatchObject({
      code: 'node-down',
      facts: { state: 'killed' },
    });
  });

  test.for([
    [
      { type: 'unknown', code: 'not-replicated', at: { epoch: { number: 1, disk: 1 }, index: 7 }, copies: 1 },
      { code: 'not-replicated', facts: { at: '1@n1/7', copies: 1 } },
    ],
    [{ type: 'unknown', code: 'turn-failed' }, { code: 'commit-failed' }],
    [{ type: 'refused', code: 'rewinding' }, { code: 'rewinding' }],
    [
      { type: 'refused', code: 'too-large', detail: 'a key is too large' },
      { code: 'too-large', facts: { detail: 'a key is too large' } },
    ],
  ] as const)('an outcome keeps its code and its facts: %j', async ([outcome, error]) => {
    const n1 = await scriptedNode(() => outcome);
    await expect(client({ n1: n1.clientPort }, 'n1').write(put, atLeader)).rejects.toMatchObject(error);
    expect(n1.asked).toHaveLength(1);
  });

  test('B0.1: silence is an unknown outcome, is not repeated, and ends the connection with a reset', async () => {
    let asked = 0;
    let reset = false;
    const server = await listen(
      () => void (asked += 1),
      () => (reset = true),
    );
    const other = await scriptedNode(() => written, { self: 'n2' });
    const keys = client({ n1: portOf(server), n2: other.clientPort }, 'n1');
    await expect(keys.write(put, { at: null, withinMs: 50 })).rejects.toMatchObject({
      code: 'no-answer',
      facts: { within: '50ms', node: 'n1', key: 'x' },
    });
    await until('the reset', () => reset);
    expect({ asked, atOther: other.asked.length }).toEqual({ asked: 1, atOther: 0 });
  });

  test('B0.1: a connection that breaks after the write was sent leaves it unknown, and it is not repeated', async () => {
    let asked = 0;
    const server = await listen((_, end) => {
      asked += 1;
      end();
    });
    const other = await lonelyLeader();
    const keys = client({ n1: portOf(server), n2: other.clientPort }, 'n1');
    await expect(keys.write(put, atLeader)).rejects.toMatchObject({ code: 'connection-lost' });
    expect(asked).toBe(1);
  });

  test('when the time is up before it is sent it never is: that is definite', async () => {
    const n1 = await scriptedNode(() => written);
    const keys = client({ n1: n1.clientPort }, 'n1');
    for (const withinMs of [0, -5]) {
      const error = await keys.write(put, { at: null, withinMs }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'not-sent', definite: true });
      await expect(keys.read(get, { from: { kind: 'leader' }, withinMs })).rejects.toMatchObject({
        code: 'timeout',
      });
    }
    expect(n1.asked).toEqual([]);
  });

  test('bytes that are no RESP leave it unknown too', async () => {
    const server = createServer(
      (socket) => void socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\n')).on('error', () => {}),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    await expect(client({ n1: portOf(server) }, 'n1').write(put, atLeader)).rejects.toMatchObject({
      code: 'connection-lost',
    });
  });
});

const value = (text: string): Outcome => okOf({ kind: 'value', value: text });
const answers = (text: string) => () => value(text);

describe('reads', () => {
  async function three() {
    const nodes = await Promise.all(['n1', 'n2', 'n3'].map((self) => scriptedNode(answers(self), { self })));
    return Object.fromEntries(nodes.map(({ clientPort }, i) => [`n${i + 1}`, clientPort]));
  }

  test('at the leader, at followers and at any in turn, at a node', async () => {
    const keys = client(await three(), 'n1');
    const from = async (read: Parameters<KeyValueClient['read']>[1]['from']): Promise<string> =>
      (await keys.read(get, { from: read, withinMs: 2000 })).node;
    expect(await from({ kind: 'leader' })).toBe('n1');
    expect(await Promise.all([0, 1, 2].map((start) => from({ kind: 'any', start })))).toEqual([
      'n1',
      'n2',
      'n3',
    ]);
    expect(await Promise.all([0, 1, 2].map((start) => from({ kind: 'follower', start })))).toEqual([
      'n2',
      'n3',
      'n2',
    ]);
    expect(await from({ kind: 'node', selector: 'n3', chance: createChance(1) })).toBe('n3');
    expect(await from({ kind: 'node', selector: '@follower.0', chance: createChance(1) })).toBe('n2');
  });

  test('go on to the next when a node refuses, is gone or silent; a named one is the only one', async () => {
    const refuses = await scriptedNode(() => ({ type: 'refused', code: 'rewinding' }));
    const mute = await listen(() => {});
    const n4 = await scriptedNode(answers('4'), { self: 'n4' });
    const ports = { n1: refuses.clientPort, n2: await deadPort(), n3: portOf(mute), n4: n4.clientPort };
    const keys = client(ports, null);
    expect((await keys.read(get, { from: { kind: 'any', start: 0 }, withinMs: 4000 })).node).toBe('n4');
    const only = (selector: string, withinMs = 4000) =>
      keys.read(get, { from: { kind: 'node', selector, chance: createChance(1) }, withinMs });
    await expect(only('n1')).rejects.toMatchObject({ code: 'rewinding' });
    await expect(only('n2')).rejects.toMatchObject({ code: 'node-down' });
    await expect(only('n3', 500)).rejects.toMatchObject({ code: 'timeout' });
  });

  test('a leader that is gone is looked for; a silent one is not replaced', async () => {
    const leader = await lonelyLeader();
    const keys = client({ n1: leader.clientPort, n2: await deadPort() }, 'n2');
    expect((await keys.read(get, { from: { kind: 'leader' }, withinMs: 2000 })).node).toBe('n1');
    const mute = await listen(() => {});
    const other = client({ n1: leader.clientPort, n2: portOf(mute) }, 'n2');
    await expect(other.read(get, { from: { kind: 'leader' }, withinMs: 60 })).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  test('nobody to read from: exit 4 with the observed roles', async () => {
    const keys = client({ n1: 1 }, 'n1');
    await expect(
      keys.read(get, { from: { kind: 'follower', start: 0 }, withinMs: 60 }),
    ).rejects.toMatchObject({
      code: 'selector-empty',
      facts: { selector: '@follower.0', roles: 'n1 leader' },
    });
  });
});
