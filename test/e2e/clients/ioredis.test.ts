import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../support/until.ts';
import { holdAcks, served, settings } from './served.ts';

interface Options {
  readonly protocol?: 2 | 3;
  readonly enableAutoPipelining?: boolean;
  readonly maxRetriesPerRequest?: number;
  readonly retryStrategy?: () => number;
}

function connect(port: number, options: Options = {}): Redis {
  const client = new Redis(port, '127.0.0.1', options);
  // Connections are lost on purpose here, and the client tells of each.
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

async function refusal(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    (value) => `no error but ${JSON.stringify(value)}`,
    (error: unknown) => (error as Error).message,
  );
}

describe('ioredis', () => {
  test.each([2, 3] as const)('RESP %i: what a leader answers, and a follower', async (protocol) => {
    const { port, ok } = await served();
    const leader = connect(port('n1'), { protocol });
    expect(await leader.ping()).toBe('PONG');
    expect(await leader.set('a', 'grüße 😀')).toBe('OK');
    expect(await leader.get('a')).toBe('grüße 😀');
    expect(await leader.getBuffer('a')).toEqual(Buffer.from('grüße 😀'));
    expect(await leader.get('none')).toBeNull();
    expect(await leader.mget('a', 'none')).toEqual(['grüße 😀', null]);
    expect(await leader.exists('a', 'a', 'none')).toBe(2);
    expect(await leader.incr('n')).toBe(1);
    expect(await leader.incrby('n', 41)).toBe(42);
    expect(await leader.decr('n')).toBe(41);
    expect(await leader.del('a', 'none')).toBe(1);
    expect(await leader.dbsize()).toBe(1);
    expect(await leader.select(0)).toBe('OK');
    expect(await leader.wait(2, 5000)).toBe(2);
    expect(await leader.info('replication')).toMatch(/^role:master\r$/m);
    expect(await leader.client('SETNAME', 'app')).toBe('OK');
    expect(await leader.client('GETNAME')).toBe('app');
    expect(await leader.call('RL.LAST')).toEqual([
      expect.stringMatching(/^1@n1\/\d+$/),
      expect.any(Number),
      0,
    ]);
    expect(await leader.config('GET', 'save')).toEqual(['save', '']);

    await ok('wait', 'caught-up');
    for (const id of ['n2', 'n3']) {
      const follower = connect(port(id), { protocol });
      expect(await follower.get('n')).toBe('41');
      expect(await refusal(follower.incr('n'))).toBe(
        `READONLY ${id} is a follower; the leader is n1 at 127.0.0.1:${port('n1')}`,
      );
      expect(await follower.info('replication')).toMatch(/^role:slave\r$/m);
    }
    expect(await leader.quit()).toBe('OK');
  });

  test('many at once: a pipeline, automatic pipelines, several clients', async () => {
    const { port } = await served();
    const plain = connect(port('n1'));
    expect(await plain.pipeline().set('p', '1').incr('p').get('p').set('p', '1', 'NX').exec()).toEqual([
      [null, 'OK'],
      [null, 2],
      [null, '2'],
      [expect.objectContaining({ message: expect.stringMatching(/^ERR unsupported option 'NX'/) })],
    ]);
    const clients = Array.from({ length: 5 }, () => connect(port('n1'), { enableAutoPipelining: true }));
    const counts = await Promise.all(
      clients.flatMap((client) => Array.from({ length: 200 }, async () => client.incr('n'))),
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
    // Each client sees its own in the order it asked.
    for (let i = 0; i < 1000; i += 200) {
      const own = counts.slice(i, i + 200);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  test('what is refused says so, and nothing of it happened', async () => {
    const { port } = await served();
    const client = connect(port('n1'));
    for (const multi of [client.multi(), client.multi({ pipeline: true })]) {
      expect(await refusal(multi.set('m', '1').incr('m').exec())).toMatch(/^EXECABORT nothing was executed/);
    }
    expect(await client.get('m')).toBeNull();
    expect(await refusal(client.set('b', Buffer.from([0xff, 0xfe])))).toMatch(
      /^ERR argument 3 holds invalid UTF-8; keys and values are text/,
    );
    expect(await refusal(client.lpush('l', '1'))).toMatch(/^ERR unknown command 'lpush'/);
    await client.set('t', 'text');
    expect(await refusal(client.incr('t'))).toMatch(/^REFUSED not-an-integer /);
    expect(await client.dbsize()).toBe(1);
  });

  test('R2: an INCR whose outcome is unknown is told as such, and not sent again', async () => {
    const { port, ok, ...shell } = await served(...settings);
    const client = connect(port('n1'));
    expect(await client.incr('n')).toBe(1);
    await holdAcks({ ok, ...shell });
    expect(await refusal(client.incr('n'))).toMatch(/^UNKNOWN not-replicated 1@n1\/\d+ 1 /);
    expect(await client.get('n')).toBe('2');
    await ok('heal');
    expect(await client.incr('n')).toBe(3);
  });

  test('a node that was killed: the client finds it again when it is back, and another leads', async () => {
    const { port, ok } = await served('--sync', 'all');
    const old = connect(port('n1'), { retryStrategy: () => 20 });
    const next = connect(port('n2'));
    expect(await old.set('a', '1')).toBe('OK');
    await ok('kill', 'n1');
    await until('the loss to be noticed', () => old.status !== 'ready');
    await ok('promote', 'n2');
    await ok('set', 'sync=1');
    expect(await next.set('a', '2')).toBe('OK');
    await ok('start', 'n1');
    await until('n1 to be found again', () => old.status === 'ready');
    await ok('wait', 'caught-up');
    expect(await old.get('a')).toBe('2');
    expect(await refusal(old.set('a', '3'))).toBe(
      `READONLY n1 is a follower; the leader is n2 at 127.0.0.1:${port('n2')}`,
    );
  });

  test('no leader: CLUSTERDOWN, at once', async () => {
    const { port, ok } = await served();
    await ok('kill', 'n1');
    const client = connect(port('n2'));
    await until('n2 to notice', async () => (await refusal(client.incr('n'))).startsWith('CLUSTERDOWN n2 '));
    expect(await client.get('n')).toBeNull();
  });

  /**
   * What no server can help: a connection is lost, and with it the answer. By its defaults ioredis sends the
   * command again; the README says so, and this says whether it is still true.
   */
  test.each([
    ['by its defaults it is sent again, and counts twice', {}, 3],
    ['with maxRetriesPerRequest 0 it is not', { maxRetriesPerRequest: 0 }, 2],
  ])('the connection is lost under an INCR: %s', async (_, options, count) => {
    const { port, ok, ...shell } = await served('--sync', 'all', '--write-timeout', '60s');
    const client = connect(port('n1'), { retryStrategy: () => 20, ...options });
    const witness = connect(port('n1'));
    expect(await client.incr('n')).toBe(1);
    await holdAcks({ ok, ...shell });
    const answer = client.incr('n').catch((error: unknown) => (error as Error).message);
    await until('the leader to hold it', async () => (await witness.get('n')) === '2');
    await ok('kill', 'n1');
    await ok('start', 'n1');
    await ok('heal');
    expect(await answer).toEqual(count === 3 ? 3 : expect.stringMatching(/^Reached the max retries/));
    expect(await witness.get('n')).toBe(String(count));
  });
});
