import { describe, expect, test } from 'vitest';
import { commands } from '../../src/node/resp-commands/commands.ts';
import { until } from '../support/until.ts';
import { respClient, type RespClient } from './resp-client.ts';
import { lonelyLeader } from './scripted-node.ts';

async function leaderAndClient() {
  const node = await lonelyLeader();
  return { node, client: await respClient(node.clientPort) };
}

/** Each line's reply, one after the other. */
async function expectReplies(
  client: RespClient,
  rows: readonly (readonly [string, unknown])[],
): Promise<void> {
  for (const [line, reply] of rows) {
    const [answer] = await client.pipeline(line);
    expect(answer, line).toEqual(reply);
  }
}

describe('commands that Redis has', () => {
  test('keys and values', async () => {
    const { client } = await leaderAndClient();
    await expectReplies(client, [
      ['GET a', null],
      ['SET a 1', '+OK'],
      ['set b two', '+OK'],
      ['GET a', '1'],
      ['MGET a x b', ['1', null, 'two']],
      ['EXISTS a a x', 2],
      ['DBSIZE', 2],
      ['DEL a x', 1],
      ['DBSIZE', 0 + 1],
      [
        'SET a 1 EX 10',
        "-ERR unsupported option 'EX': SET takes a key and a value (for NX and XX see RL.CAS)",
      ],
    ]);
  });

  test('counters, with 64 bits', async () => {
    const { client } = await leaderAndClient();
    await expectReplies(client, [
      ['INCR n', 1],
      ['INCRBY n 41', 42],
      ['DECR n', 41],
      ['DECRBY n 50', -9],
      ['DECRBY n -10', 1],
      ['DECRBY n 0', 1],
      ['SET n 9223372036854775806', '+OK'],
      ['INCR n', 9223372036854775807n],
      ['INCR n', '-REFUSED overflow increment or decrement would overflow'],
      ['DECRBY n -9223372036854775808', '-ERR decrement would overflow'],
      ['INCRBY n 1.5', '-REFUSED not-an-integer value is not an integer or out of range'],
      ['DECRBY n x', '-REFUSED not-an-integer value is not an integer or out of range'],
    ]);
  });

  test('the connection', async () => {
    const { client } = await leaderAndClient();
    await expectReplies(client, [
      ['PING', '+PONG'],
      ['PING hello', 'hello'],
      ['ECHO hello', 'hello'],
      ['SELECT 0', '+OK'],
      ['SELECT 1', '-ERR DB index is out of range'],
      ['CLIENT GETNAME', null],
      ['CLIENT SETNAME app', '+OK'],
      ['CLIENT GETNAME', 'app'],
      ['CLIENT SETINFO LIB-NAME ioredis', '+OK'],
      ['CLIENT SETINFO colour red', "-ERR Unrecognized option 'colour'"],
      ['CLIENT NO-EVICT on', '+OK'],
      [
        'CLIENT INFO',
        expect.stringMatching(/^id=1 addr=127\.0\.0\.1:\d+ name=app db=0 resp=2 lib-name=ioredis/),
      ],
      ['CLIENT KILL x', "-ERR unknown subcommand or wrong number of arguments for 'client KILL'"],
      ['WAIT 0 10', 0],
      ['NOPE a b', "-ERR unknown command 'NOPE', with args beginning with: 'a' 'b' "],
      ['GET', "-ERR wrong number of arguments for 'get' command"],
      ['GET a b', "-ERR wrong number of arguments for 'get' command"],
    ]);
  });

  test('PING and ECHO give back any bytes: by such an echo redis-cli --pipe knows its end', async () => {
    const { client } = await leaderAndClient();
    let bytes = Buffer.alloc(0);
    client.socket.removeAllListeners('data');
    client.socket.on('data', (chunk: Buffer) => (bytes = Buffer.concat([bytes, chunk])));
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const ask = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`*2\r\n$4\r\n${name}\r\n$256\r\n`), every, Buffer.from('\r\n')]);
    client.write(Buffer.concat([ask('ECHO'), ask('PING')]));
    const answer = Buffer.concat([Buffer.from('$256\r\n'), every, Buffer.from('\r\n')]);
    await until('both answers', () => bytes.length === 2 * answer.length);
    expect(bytes).toEqual(Buffer.concat([answer, answer]));
  });

  test('MULTI is refused with all that was sent behind it', async () => {
    const { client } = await leaderAndClient();
    const notExecuted = '-ERR not executed: MULTI was refused, and EXEC or DISCARD ends what it began';
    const refused = '-ERR MULTI is not supported: every command stands alone (RL.CAS compares and sets)';
    expect(await client.pipeline('MULTI', 'SET a 1', 'NOPE', 'MULTI', 'EXEC', 'GET a')).toEqual([
      refused,
      notExecuted,
      notExecuted,
      '-ERR MULTI calls can not be nested',
      '-EXECABORT nothing was executed: MULTI is not supported',
      null,
    ]);
    expect(await client.pipeline('MULTI', 'INCR a', 'DISCARD', 'INCR a', 'EXEC', 'DISCARD')).toEqual([
      refused,
      notExecuted,
      '+OK',
      1,
      '-ERR EXEC without MULTI',
      '-ERR DISCARD without MULTI',
    ]);
    expect(await client.pipeline('MULTI', 'QUIT')).toEqual([refused, '+OK']);
    await until('the end', () => client.closed());
  });

  test('HELLO chooses the version; replies of version 3 have maps and null', async () => {
    const { client } = await leaderAndClient();
    const [flat] = await client.pipeline('HELLO');
    expect(flat).toEqual(expect.arrayContaining(['server', 'replab', 'proto', 2]));
    await expectReplies(client, [
      ['HELLO 4', '-NOPROTO unsupported protocol version'],
      ['HELLO 3 SETNAME app', expect.objectContaining({ server: 'replab', proto: 3, role: 'master' })],
      ['CLIENT GETNAME', 'app'],
      ['GET nothing', null],
      ['CONFIG GET save', { save: '' }],
      ['HELLO 2', expect.arrayContaining(['proto', 2])],
      ['HELLO 3 AUTH a b', '-ERR HELLO AUTH: there are no users here; leave AUTH out'],
    ]);
  });

  test('COMMAND, CONFIG and INFO as tools ask them', async () => {
    const { client } = await leaderAndClient();
    await expectReplies(client, [
      ['COMMAND COUNT', commands.size],
      ['COMMAND INFO get nope', [['get', 2, ['+readonly'], 1, 1, 1], null]],
      ['COMMAND INFO del', [['del', -2, ['+write'], 1, -1, 1]]],
      ['CONFIG GET save appendonly', ['appendonly', 'yes', 'save', '']],
      ['CONFIG GET max*', ['maxmemory', '0']],
      ['CONFIG SET save 1', '-ERR unsupported: CONFIG GET only; settings are changed by replab set'],
      ['INFO replication', expect.stringContaining('role:master\r\n')],
      [
        'INFO',
        expect.stringMatching(/redis_version:\d+\.\d+\.\d+\r\n[^]*loading:0\r\n[^]*rl_epoch:1@n1\r\n/),
      ],
    ]);
    const [all] = await client.pipeline('COMMAND');
    expect(all).toHaveLength(commands.size);
    const [docs] = await client.pipeline('COMMAND DOCS get');
    expect(docs).toEqual(['get', expect.arrayContaining(['summary', expect.stringContaining('GET key')])]);
  });
});

describe('commands of our own', () => {
  test('R3: data with its position and copies', async () => {
    const { client } = await leaderAndClient();
    await expectReplies(client, [
      ['RL.PUT a 1', ['1@n1/3', 1, '+OK']],
      ['RL.GET a', ['1@n1/3', 1, '1']],
      ['RL.GET x', ['1@n1/3', 1, null]],
      ['RL.INCR a 4', ['1@n1/4', 1, 5]],
      ['RL.CAS a EXPECT 5 SET 6', ['1@n1/5', 1, [1, '6']]],
      ['RL.CAS a EXPECT 5 SET 7', ['1@n1/5', 1, [0, '6']]],
      ['RL.CAS a ABSENT SET 7', ['1@n1/5', 1, [0, '6']]],
      ['RL.CAS b ABSENT SET ABSENT', ['1@n1/6', 1, [1, 'ABSENT']]],
      ['RL.CAS b EXPECT ABSENT DELETE', ['1@n1/7', 1, [1, null]]],
      ['RL.LAST', ['1@n1/7', 1, 0]],
      ['RL.DEL a x', ['1@n1/8', 1, 1]],
    ]);
    for (const line of [
      'RL.CAS a EXPECT SET 1',
      'RL.CAS a ABSENT SET',
      'RL.CAS a 1 2 3',
      'RL.CAS a ABSENT DELETE x',
    ]) {
      expect(await client.pipeline(line), line).toEqual([
        '-ERR syntax: RL.CAS key (EXPECT value | ABSENT) (SET value | DELETE)',
      ]);
    }
  });

  test('RL.SCAN goes through all keys, page by page', async () => {
    const { client } = await leaderAndClient();
    for (const key of ['b', 'a', 'd', 'c']) await client.ask('SET', key, key.toUpperCase());
    await expectReplies(client, [
      ['RL.SCAN 3', ['1@n1/6', 1, [1, 'a', 'A', 'b', 'B', 'c', 'C']]],
      ['RL.SCAN 3 AFTER c', ['1@n1/6', 1, [0, 'd', 'D']]],
      ['RL.SCAN 0', '-ERR syntax: RL.SCAN limit [AFTER key] [SHARD n]'],
      ['RL.SCAN 3 AFTER', '-ERR syntax: RL.SCAN limit [AFTER key] [SHARD n]'],
    ]);
  });

  test('RL.WHO, RL.LOG and RL.DISCARDED, after the commands before them', async () => {
    const { client, node } = await leaderAndClient();
    const [, who, log] = await client.pipeline('SET a 1', 'RL.WHO', 'RL.LOG 2 100000');
    expect(JSON.parse(who as string)).toEqual({
      cluster: 'c1',
      node: 'n1',
      shard: 0,
      shards: 1,
      role: 'leader',
      epoch: '1@n1',
      leader: 'n1',
      leaderPort: 41_001,
      received: '1@n1/3',
      applied: '1@n1/3',
      stopped: null,
    });
    const entries = (log as string[]).map((line) => JSON.parse(line) as unknown);
    expect(entries).toEqual(node.store.log.read({ epoch: { number: 1, disk: 1 }, index: 2 }, 1000));
    expect(entries).toHaveLength(1);
    await expectReplies(client, [
      ['RL.LOG 3 1000', []],
      ['RL.LOG 99 1000', []],
      ['RL.LOG x 1000', '-ERR syntax: RL.LOG after-index max-bytes [SHARD n]'],
      ['RL.DISCARDED', []],
    ]);
    const [all] = await client.pipeline('RL.LOG 0 1');
    expect(all).toHaveLength(1);
  });

  test('B0.1: a write repeated under its number happens once, on another connection too', async () => {
    const { client, node } = await leaderAndClient();
    await client.pipeline('RL.SESSION alice SEQ 1', 'RL.INCR n 5', 'RL.INCR n 5');
    const again = await respClient(node.clientPort);
    const replies = await again.pipeline('RL.SESSION alice SEQ 2', 'RL.INCR n 5', 'RL.INCR n 5');
    expect(replies.slice(1)).toEqual([
      ['1@n1/4', 1, 10],
      ['1@n1/5', 1, 15],
    ]);
  });
});
