import { describe, expect, test } from 'vitest';
import { encodeCommand } from '../../src/node/resp-writer.ts';
import type { Outcome } from '../../src/protocol/request.ts';
import { until } from '../support/until.ts';
import { respClient } from './resp-client.ts';
import { okOf, scriptedNode, type Asked } from './scripted-node.ts';

const written: Outcome = okOf({ kind: 'written' });
const valueOf = ({ request: { op } }: Asked): Outcome =>
  op.kind === 'get' ? okOf({ kind: 'value', value: op.key }) : written;
const holdingWrites = (asked: Asked): Outcome | 'hold' =>
  asked.request.op.kind === 'put' ? 'hold' : valueOf(asked);

describe('R1: replies leave in the order of their requests', () => {
  test('a write that waits holds back later replies, not later executions', async () => {
    const node = await scriptedNode(holdingWrites);
    const client = await respClient(node.clientPort);
    client.write(
      ['SET x 1', 'GET a', 'PING', 'GET b'].map((line) => encodeCommand(line.split(' '))).join(''),
    );
    await until('all to be executed', () => node.asked.length === 3);
    const other = await respClient(node.clientPort);
    expect(await other.ask('GET', 'c')).toBe('c');
    expect(client.replies).toEqual([]);
    node.answer(node.asked[0]!.id, written);
    await until('the replies', () => client.replies.length === 4);
    expect(client.replies).toEqual(['+OK', 'a', '+PONG', 'b']);
  });

  test('at most 1024 are open: the rest is read when there is room again, in order', async () => {
    const node = await scriptedNode(holdingWrites);
    const client = await respClient(node.clientPort);
    const gets = Array.from({ length: 3000 }, (_, i) => encodeCommand(['GET', String(i)])).join('');
    client.write(encodeCommand(['SET', 'x', '1']) + gets);
    await until('the bound', () => node.asked.length === 1024);
    const other = await respClient(node.clientPort);
    for (let i = 0; i < 20; i += 1) expect(await other.ask('GET', 'c')).toBe('c');
    expect(node.asked.length).toBe(1024 + 20);
    node.answer(node.asked[0]!.id, written);
    await until('the rest', () => client.replies.length === 3001);
    expect(client.replies).toEqual(['+OK', ...Array.from({ length: 3000 }, (_, i) => String(i))]);
  });

  test('a client that does not read is executed up to 16 MiB of replies, and gets them all once it does', async () => {
    const value = 'v'.repeat(1024 * 1024);
    const node = await scriptedNode(() => {
      // A store takes its time over a megabyte; the bound of a turn is one in time.
      for (const end = performance.now() + 1; performance.now() < end;) continue;
      return okOf({ kind: 'value', value });
    });
    const client = await respClient(node.clientPort);
    client.socket.pause();
    client.write(encodeCommand(['GET', 'x']).repeat(200));
    await until('16 MiB', () => node.asked.length >= 16);
    const other = await respClient(node.clientPort);
    for (let i = 0; i < 50; i += 1) await other.ask('PING');
    // What the kernel's buffers take comes on top.
    expect(node.asked.length).toBeLessThan(64);
    client.socket.resume();
    await until('all', () => client.replies.length === 200);
    expect(client.replies.every((reply) => reply === value)).toBe(true);
  });

  test('a client that only ended its own side is answered', async () => {
    const node = await scriptedNode(holdingWrites);
    const client = await respClient(node.clientPort);
    client.socket.end(`SET x 1\r\nPING\r\n`);
    await until('the write', () => node.asked.length === 1);
    node.answer(node.asked[0]!.id, written);
    await until('the end', () => client.closed());
    expect(client.replies).toEqual(['+OK', '+PONG']);
  });

  test('QUIT: earlier commands are answered, later ones are not read', async () => {
    const node = await scriptedNode(holdingWrites);
    const client = await respClient(node.clientPort);
    client.write('SET x 1\r\nQUIT\r\nGET y\r\n');
    await until('the write', () => node.asked.length === 1);
    node.answer(node.asked[0]!.id, written);
    await until('the end', () => client.closed());
    expect(client.replies).toEqual(['+OK', '+OK']);
    expect(node.asked.length).toBe(1);
  });
});

describe('R2: outcomes that are no results', () => {
  test.each<readonly [Outcome, string]>([
    [
      { type: 'refused', code: 'not-leader', leader: 'n2' },
      '-READONLY n1 is a follower; the leader is n2 at 127.0.0.1:41002',
    ],
    [{ type: 'refused', code: 'no-leader' }, '-CLUSTERDOWN n1 knows no leader'],
    [{ type: 'refused', code: 'turn-failed', detail: 'disk full' }, '-REFUSED turn-failed disk full'],
    [
      { type: 'unknown', code: 'not-replicated', at: { epoch: { number: 1, disk: 1 }, index: 7 }, copies: 1 },
      '-UNKNOWN not-replicated 1@n1/7 1 it may have happened, or may yet',
    ],
  ])('%o', async (outcome, reply) => {
    const node = await scriptedNode(() => outcome);
    const client = await respClient(node.clientPort);
    expect(await client.ask('INCR', 'x')).toBe(reply);
  });
});

describe('R1, design §14: what breaks the protocol', () => {
  test('one error in its turn, then the end; the node lives', async () => {
    const node = await scriptedNode(holdingWrites);
    const client = await respClient(node.clientPort);
    client.write(`SET x 1\r\n*1\r\n:1\r\n${'PING\r\n'.repeat(10)}`);
    await until('the write', () => node.asked.length === 1);
    node.answer(node.asked[0]!.id, written);
    await until('the end', () => client.closed());
    expect(client.replies).toEqual(['+OK', "-ERR Protocol error: expected '$'"]);
    const next = await respClient(node.clientPort);
    expect(await next.ask('PING')).toBe('+PONG');
    expect(node.node.report().dropped).toEqual({ 'resp-protocol': 1 });
  });

  test.each(['POST / HTTP/1.1\r\nX: y\r\n\r\n', 'Host: localhost\r\n\r\n'])(
    'a browser is not answered: %j',
    async (bytes) => {
      const node = await scriptedNode(valueOf);
      const client = await respClient(node.clientPort);
      client.write(bytes);
      await until('the end', () => client.closed());
      expect(client.replies).toEqual([]);
      expect(node.node.report().dropped).toEqual({ 'http-on-client-port': 1 });
    },
  );

  test('keys and values that are no text are refused by name, and the connection lives', async () => {
    const node = await scriptedNode(valueOf);
    const client = await respClient(node.clientPort);
    client.write(Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\xff\xfe\r\n', 'latin1'));
    client.write('*2\r\n$3\r\nGET\r\n$3\r\na\0b\r\n');
    expect(await client.ask('GET', 'häß😀')).toBe(
      '-ERR argument 3 holds invalid UTF-8; keys and values are text in UTF-8',
    );
    await until('the others', () => client.replies.length === 3);
    expect(client.replies.slice(1)).toEqual([
      '-ERR argument 2 holds a NUL byte; keys and values are text in UTF-8',
      'häß😀',
    ]);
  });
});

describe('T11: clients that are gone', () => {
  test('what was not stepped when the connection was reset is dropped, and counted', async () => {
    let reset = (): void => undefined;
    const node = await scriptedNode((asked) => {
      reset();
      // A turn has time for five of these (T9).
      for (const start = performance.now(); performance.now() - start < 1;);
      return valueOf(asked);
    });
    const client = await respClient(node.clientPort);
    reset = () => void client.socket.resetAndDestroy();
    client.socket.on('error', () => undefined);
    client.write(encodeCommand(['GET', 'x']).repeat(1000));
    await until('the rest to be dropped', () => (node.node.report().dropped['client-gone'] ?? 0) > 0);
    await until('the queue to empty', () => {
      const gone = node.node.report().dropped['client-gone']!;
      return gone + node.asked.length === 1000;
    });
    expect(node.asked.length).toBeLessThanOrEqual(256);
  });

  test('an outcome for a connection that is gone reaches nobody, and harms nobody', async () => {
    const node = await scriptedNode(holdingWrites);
    const client = await respClient(node.clientPort);
    client.write('SET x 1\r\n');
    await until('the write', () => node.asked.length === 1);
    client.socket.resetAndDestroy();
    const other = await respClient(node.clientPort);
    await until('the close to be seen', async () =>
      ((await other.ask('INFO', 'clients')) as string).includes('clients:1'),
    );
    node.answer(node.asked[0]!.id, written);
    expect(await other.ask('GET', 'y')).toBe('y');
  });
});

describe('R3: what a connection says of itself', () => {
  test('RL.SESSION: client, epoch and the number of each next write; reads take none', async () => {
    const node = await scriptedNode(valueOf);
    const client = await respClient(node.clientPort);
    await client.pipeline(
      'SET a 1',
      'RL.SESSION alice SEQ 7 EPOCH 3@n2',
      'SET a 2',
      'GET a',
      'SET a 3',
      'RL.SESSION bob',
      'SET a 4',
      'RL.SESSION bob EPOCH 2@n3',
      'SET a 5',
      'RL.SESSION bob EPOCH 4@n1',
      'SET a 6',
    );
    const requests = node.asked.map(({ request }) => [
      request.op.kind,
      request.client,
      request.seq,
      request.epochSeen,
    ]);
    const epochSeen = { number: 3, disk: 2 };
    expect(requests).toEqual([
      ['put', undefined, undefined, undefined],
      ['put', 'alice', 7, epochSeen],
      ['get', undefined, undefined, epochSeen],
      ['put', 'alice', 8, epochSeen],
      ['put', 'bob', undefined, epochSeen],
      // A lower epoch changes nothing, a higher one does.
      ['put', 'bob', undefined, epochSeen],
      ['put', 'bob', undefined, { number: 4, disk: 1 }],
    ]);
  });

  test('RL.SESSION: what the client has seen goes with reads and writes, until it is said anew', async () => {
    const node = await scriptedNode(valueOf);
    const client = await respClient(node.clientPort);
    await client.pipeline(
      'RL.SESSION alice AFTER 1@n1/12 WAIT 250',
      'GET a',
      'SET a 1',
      'RL.SESSION alice AFTER 0=1@n1/13',
      'GET a',
      'RL.SESSION alice',
      'GET a',
    );
    const after = (index: number) => [{ epoch: { number: 1, disk: 1 }, index }];
    expect(node.asked.map(({ request }) => [request.op.kind, request.after, request.waitMs])).toEqual([
      ['get', after(12), 250],
      ['put', after(12), 250],
      ['get', after(13), 1000],
      ['get', undefined, undefined],
    ]);
  });

  test('RL.SESSION: what is no session changes nothing', async () => {
    const node = await scriptedNode(valueOf);
    const client = await respClient(node.clientPort);
    for (const line of [
      'RL.SESSION a SEQ x',
      'RL.SESSION a EPOCH 3',
      'RL.SESSION a SEQ',
      'RL.SESSION a AFTER 1@n1',
      'RL.SESSION a AFTER 1@n1/2,x',
      'RL.SESSION a WAIT -1',
      'RL.SESSION a UNTIL 1',
    ]) {
      const usage = 'RL.SESSION client [SEQ n] [EPOCH epoch] [AFTER token] [WAIT ms]';
      expect(await client.pipeline(line)).toEqual([`-ERR syntax: ${usage}`]);
    }
    await client.ask('SET', 'a', '1');
    expect(node.asked[0]!.request).toEqual({ op: { kind: 'put', key: 'a', value: '1' } });
  });

  test('WAIT and RL.LAST ask about the write before them, though it is not answered yet', async () => {
    const node = await scriptedNode(({ request: { op } }) =>
      op.kind === 'copies' ? okOf({ kind: 'count', count: 2 }) : 'hold',
    );
    const client = await respClient(node.clientPort);
    expect(await client.pipeline('RL.LAST', 'WAIT 1 100')).toEqual([null, 0]);
    const replies = client.pipeline('SET a 1', 'RL.LAST', 'WAIT 1 100', 'PING');
    await until('the write', () => node.asked.length === 1);
    node.answer(node.asked[0]!.id, okOf({ kind: 'written' }, 12, 2));
    expect(await replies).toEqual(['+OK', ['1@n1/12', 2, 0], 1, '+PONG']);
    expect(node.asked[1]!.request.op).toEqual({
      kind: 'copies',
      at: { epoch: { number: 1, disk: 1 }, index: 12 },
      count: 2,
      timeoutMs: 100,
    });
  });

  test('RL.LAST tells where an unknown write may be, and keeps it over a refused one', async () => {
    const outcomes: Outcome[] = [
      { type: 'unknown', code: 'not-replicated', at: { epoch: { number: 1, disk: 1 }, index: 5 }, copies: 1 },
      { type: 'refused', code: 'no-leader' },
    ];
    const node = await scriptedNode(() => outcomes.shift()!);
    const client = await respClient(node.clientPort);
    const [, , last] = await client.pipeline('SET a 1', 'SET a 2', 'RL.LAST');
    expect(last).toEqual(['1@n1/5', 1, 0]);
  });
});

test('a stop answers what is open: unknown if stepped, refused if not, and ends every connection', async () => {
  const node = await scriptedNode(() => 'hold');
  const client = await respClient(node.clientPort);
  client.write('SET a 1\r\nWAIT 1 0\r\nPING\r\n');
  await until('the write', () => node.asked.length === 1);
  const idle = await respClient(node.clientPort);
  await node.stop();
  await until('the ends', () => client.closed() && idle.closed());
  expect(client.replies).toEqual(['-UNKNOWN node-stopping - - it may have happened, or may yet', 0, '+PONG']);
});
