import { createClient } from 'redis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../support/until.ts';
import { holdAcks, served, settings } from './served.ts';

async function connect(port: number, RESP: 2 | 3 = 3) {
  const client = createClient({
    RESP,
    socket: { host: '127.0.0.1', port, reconnectStrategy: () => 20 },
  });
  // Connections are lost on purpose here, and the client tells of each.
  client.on('error', () => undefined);
  onTestFinished(() => client.destroy());
  return await client.connect();
}

async function refusal(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    (value) => `no error but ${JSON.stringify(value)}`,
    (error: unknown) => (error as Error).message,
  );
}

describe('node-redis', () => {
  test.each([2, 3] as const)('RESP %i: what a leader answers, and a follower', async (version) => {
    const { port, ok } = await served();
    const leader = await connect(port('n1'), version);
    expect(await leader.ping()).toBe('PONG');
    expect(await leader.echo('grüße')).toBe('grüße');
    expect(await leader.set('a', 'grüße 😀')).toBe('OK');
    expect(await leader.get('a')).toBe('grüße 😀');
    expect(await leader.get('none')).toBeNull();
    expect(await leader.mGet(['a', 'none'])).toEqual(['grüße 😀', null]);
    expect(await leader.exists(['a', 'a', 'none'])).toBe(2);
    expect(await leader.incr('n')).toBe(1);
    expect(await leader.incrBy('n', 41)).toBe(42);
    expect(await leader.decr('n')).toBe(41);
    expect(await leader.decrBy('n', 1)).toBe(40);
    expect(await leader.del(['a', 'none'])).toBe(1);
    expect(await leader.dbSize()).toBe(1);
    await leader.select(0);
    expect(await refusal(leader.select(1))).toBe('ERR DB index is out of range');
    expect(await leader.wait(2, 5000)).toBe(2);
    expect(await leader.info('replication')).toMatch(/^role:master\r$/m);
    expect(await leader.configGet('save')).toEqual({ save: '' });
    expect(await leader.clientSetName('app')).toBe('OK');
    expect(await leader.clientGetName()).toBe('app');
    expect(await leader.clientInfo()).toMatchObject({ name: 'app', libName: 'node-redis' });
    expect(await leader.commandCount()).toBe((await leader.commandList()).length);
    expect(await leader.commandInfo(['get', 'nope'])).toEqual([
      expect.objectContaining({ name: 'get', arity: 2, firstKeyIndex: 1 }),
      null,
    ]);

    await ok('wait', 'caught-up');
    for (const id of ['n2', 'n3']) {
      const follower = await connect(port(id), version);
      expect(await follower.get('n')).toBe('40');
      expect(await refusal(follower.incr('n'))).toBe(
        `READONLY ${id} is a follower; the leader is n1 at 127.0.0.1:${port('n1')}`,
      );
      expect(await follower.info('replication')).toMatch(/^role:slave\r$/m);
    }
    await leader.close();
  });

  test('many at once, from several clients', async () => {
    const { port } = await served();
    const clients = await Promise.all(Array.from({ length: 5 }, async () => connect(port('n1'))));
    const counts = await Promise.all(
      clients.flatMap((client) => Array.from({ length: 200 }, async () => client.incr('n'))),
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    for (let i = 0; i < 1000; i += 200) {
      const own = counts.slice(i, i + 200);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  test('what is refused says so, and nothing of it happened', async () => {
    const { port } = await served();
    const client = await connect(port('n1'));
    expect(await refusal(client.multi().set('m', '1').incr('m').exec())).toMatch(
      /^ERR MULTI is not supported/,
    );
    expect(await client.get('m')).toBeNull();
    // Here its commands are sent one by one: they are not a transaction, and run.
    expect(await client.multi().set('m', '1').incr('m').execAsPipeline()).toEqual(['OK', 2]);
    expect(await refusal(client.set('b', Buffer.from([0xff, 0xfe])))).toMatch(
      /^ERR argument 3 holds invalid UTF-8; keys and values are text/,
    );
    expect(await refusal(client.set('a', '1', { expiration: { type: 'EX', value: 1 } }))).toMatch(
      /^ERR unsupported option 'EX'/,
    );
    expect(await refusal(client.lPush('l', '1'))).toMatch(/^ERR unknown command 'LPUSH'/);
    expect(await client.dbSize()).toBe(1);
  });

  test('R2: an INCR whose outcome is unknown is told as such, and not sent again', async () => {
    const { port, ok, ...shell } = await served(...settings);
    const client = await connect(port('n1'));
    expect(await client.incr('n')).toBe(1);
    await holdAcks({ ok, ...shell });
    expect(await refusal(client.incr('n'))).toMatch(/^UNKNOWN not-replicated 1@n1\/\d+ 1 /);
    expect(await client.get('n')).toBe('2');
    await ok('heal');
    expect(await client.incr('n')).toBe(3);
  });

  test('a node that was killed: the client finds it again when it is back, and another leads', async () => {
    const { port, ok } = await served('--sync', 'all');
    const old = await connect(port('n1'));
    const next = await connect(port('n2'));
    expect(await old.set('a', '1')).toBe('OK');
    await ok('kill', 'n1');
    await until('the loss to be noticed', () => !old.isReady);
    await ok('promote', 'n2');
    await ok('set', 'sync=1');
    expect(await next.set('a', '2')).toBe('OK');
    await ok('start', 'n1');
    await until('n1 to be found again', () => old.isReady);
    await ok('wait', 'caught-up');
    expect(await old.get('a')).toBe('2');
    expect(await refusal(old.set('a', '3'))).toBe(
      `READONLY n1 is a follower; the leader is n2 at 127.0.0.1:${port('n2')}`,
    );
  });

  test('the connection is lost under an INCR: it is told, and not sent again', async () => {
    const { port, ok, ...shell } = await served('--sync', 'all', '--write-timeout', '60s');
    const client = await connect(port('n1'));
    const witness = await connect(port('n1'));
    expect(await client.incr('n')).toBe(1);
    await holdAcks({ ok, ...shell });
    const answer = refusal(client.incr('n'));
    await until('the leader to hold it', async () => (await witness.get('n')) === '2');
    await ok('kill', 'n1');
    expect(await answer).toMatch(/^Socket closed unexpectedly|ECONNRESET/);
    await ok('start', 'n1');
    await ok('heal');
    await until('n1 to be found again', () => client.isReady);
    expect(await client.incr('n')).toBe(3);
  });
});
