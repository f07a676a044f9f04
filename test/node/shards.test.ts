import { describe, expect, test } from 'vitest';
import { encodeFrames, FrameDecoder } from '../../src/node/frame-codec.ts';
import { routeOf } from '../../src/node/shard-route.ts';
import { shardOf } from '../../src/protocol/shard.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { until } from '../support/until.ts';
import { respClient } from './resp-client.ts';
import { lonelyLeader } from './scripted-node.ts';
import { helloOf, numbered, pair, rawPeer, station } from './transport-pair.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const [k0, l0] = names.filter((key) => shardOf(key, 2) === 0) as [string, string];
const [k1, l1] = names.filter((key) => shardOf(key, 2) === 1) as [string, string];

async function leaderOfTwo() {
  const node = await lonelyLeader({ shards: 2 });
  return { node, client: await respClient(node.clientPort) };
}

describe('clients of a node with two shards', () => {
  test('a key is written to its shard and read from there', async () => {
    const { node, client } = await leaderOfTwo();
    expect(await client.pipeline(`SET ${k0} 0`, `SET ${k1} 1`, `GET ${k0}`, `GET ${k1}`)).toEqual([
      '+OK',
      '+OK',
      '0',
      '1',
    ]);
    const held = node.stores.map((store) => {
      return [k0, k1].map((key) => store.state.read({ kind: 'get', key }));
    });
    expect(held).toEqual([
      [
        { kind: 'value', value: '0' },
        { kind: 'value', value: null },
      ],
      [
        { kind: 'value', value: null },
        { kind: 'value', value: '1' },
      ],
    ]);
    expect(await client.pipeline(`RL.SHARD ${k0}`, `RL.SHARD ${k1}`)).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  test('keys of one shard go together, others are refused, and nothing is done', async () => {
    const { client } = await leaderOfTwo();
    await client.pipeline(`SET ${k0} 0`, `SET ${l0} 0`, `SET ${k1} 1`, `SET ${l1} 1`);
    const apart =
      '-REFUSED cross-shard the keys are in different shards; a tag as in cart:{alice} keeps keys together';
    expect(
      await client.pipeline(
        `MGET ${k1} ${l1}`,
        `EXISTS ${k0} ${l0}`,
        `MGET ${k0} ${k1}`,
        `EXISTS ${k0} ${k1}`,
        `DEL ${k0} ${k1}`,
        `RL.DEL ${k1} ${k0}`,
        'DBSIZE',
        `DEL ${k0} ${l0}`,
        'DBSIZE',
      ),
    ).toEqual([['1', '1'], 2, apart, apart, apart, apart, 4, 2, 2]);
  });

  test('what has no key names its shard: the first without a name', async () => {
    const { client } = await leaderOfTwo();
    await client.pipeline(`SET ${k0} 0`, `SET ${k1} 1`, `SET ${l1} 1`);
    const [first, second, refused, who, log, discarded] = await client.pipeline(
      'RL.SCAN 10',
      'RL.SCAN 1 AFTER 0 SHARD 1',
      'RL.SCAN 10 SHARD 2',
      'RL.WHO SHARD 1',
      'RL.LOG 2 100000 SHARD 1',
      'RL.DISCARDED SHARD 1',
    );
    expect(first).toEqual(['1@n1/3', 1, [0, k0, '0']]);
    expect(second).toEqual(['1@n1/4', 1, [1, [k1, l1].toSorted()[0], '1']]);
    expect(refused).toBe('-ERR no such shard');
    expect(JSON.parse(who as string)).toMatchObject({
      shard: 1,
      shards: 2,
      role: 'leader',
      received: '1@n1/4',
    });
    expect(log).toHaveLength(2);
    expect(discarded).toEqual([]);
  });

  test('WAIT and RL.LAST are of the last write, in whichever shard; an epoch is of one', async () => {
    const { client } = await leaderOfTwo();
    await client.pipeline(`SET ${k1} 1`, `SET ${l1} 1`, `SET ${k0} 0`);
    expect(await client.ask('RL.LAST')).toEqual(['1@n1/3', 1, 0]);
    expect(await client.pipeline(`SET ${k1} 1`, 'RL.LAST', 'WAIT 0 5')).toEqual(['+OK', ['1@n1/5', 1, 1], 0]);
    expect(await client.pipeline('RL.SESSION alice EPOCH 1=7@n1', `SET ${k0} 0`)).toEqual(['+OK', '+OK']);
    expect(await client.pipeline(`SET ${k1} 1`)).toEqual([
      expect.stringMatching(/^-(READONLY|REFUSED|CLUSTERDOWN)/),
    ]);
  });

  test('reports, traces and a second start have both', async () => {
    const { node, client } = await leaderOfTwo();
    await client.pipeline(`SET ${k1} 1`);
    expect(node.node.report().replicas.map(({ role, keys }) => [role, keys])).toEqual([
      ['leader', 0],
      ['leader', 1],
    ]);
    const promoted = node.traces.filter(({ name }) => name === 'promoted');
    expect(promoted.map(({ fields }) => fields['shard'])).toEqual([0, 1]);
  });
});

test('routes: what has keys goes to their shard, sizes are asked of all, the rest is named', () => {
  expect(routeOf({ kind: 'get', key: k1 }, 2)).toBe(1);
  expect(routeOf({ kind: 'mget', keys: [k1, l1] }, 2, 0)).toBe(1);
  expect(routeOf({ kind: 'del', keys: [k0, k1] }, 2)).toBe('apart');
  expect(routeOf({ kind: 'size' }, 2)).toBe('every');
  expect(routeOf({ kind: 'scan', after: null, limit: 1 }, 2, 1)).toBe(1);
  expect(routeOf({ kind: 'del', keys: [k0, k1] }, 1)).toBe(0);
  expect(routeOf({ kind: 'size' }, 1)).toBe(0);
});

describe('messages of shards share the connections', () => {
  test('each arrives at its shard, in order, and the newest of one takes no place of another’s', async () => {
    const { n1, n2, link } = await pair(2);
    for (const shard of [0, 1, 0, 1]) n1.transport.send('n2', 'ctl', numbered('heartbeat', shard), shard);
    n1.transport.send('n2', 'ctl', numbered('subscribe', 7), 1);
    await until('the last', () => n2.transport.lane('ctl', 1).waiting === 2);
    const taken = [0, 1].map((shard) => n2.take('ctl', shard).map(({ message }) => message));
    expect(taken).toEqual([[numbered('heartbeat', 0)], [numbered('heartbeat', 1), numbered('subscribe', 7)]]);
    expect(link.connections()).toBe(1);
  });

  test('a message of a shard that there is not closes its connection', async () => {
    const n2 = await station('n2');
    const raw = await rawPeer(n2.port);
    raw.send(helloOf());
    raw.socket.write(Buffer.concat([...encodeFrames(numbered('ack', 1), 2)]));
    await until('the end', () => raw.closed());
    expect(n2.counters.all()).toMatchObject({ 'shard-unknown': 1 });
  });

  test('frames carry it within what the checksum covers; what is no shard is no frame', () => {
    const decode = (frames: readonly Buffer[]) => {
      const decoder = new FrameDecoder();
      decoder.push(Buffer.concat(frames));
      return decoder.next();
    };
    const message = numbered('append', 5, 'x'.repeat(2 << 20));
    for (const shard of [0, 1, 7])
      expect(decode(encodeFrames(message, shard))).toMatchObject({ message, shard });
    const wrong = [
      { shard: '1', message },
      { shard: 1.5, message },
      { shard: 1 },
      { shard: 1, message: null },
    ];
    for (const body of wrong) {
      const frames = encodeFrames({ class: 'append', ...body } as unknown as Message);
      expect(decode(frames)).toMatchObject({ type: 'fault', kind: 'frame-body' });
    }
  });
});
