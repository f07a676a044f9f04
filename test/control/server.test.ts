import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../src/control/client.ts';
import { ReplabError } from '../../src/control/errors.ts';
import { serveControl, type Handlers } from '../../src/control/server.ts';
import { tempDir } from '../support/until.ts';

const token = 'the-token-of-this-cluster';
const spec = {
  name: 't',
  mode: 'single-leader',
  engine: 'replab',
  nodes: ['n1'],
  options: {},
  shards: 1,
  durability: 'normal',
} as const;

const hello: Handlers['hello'] = () => Promise.resolve({ spec, pid: 1 });

async function serve(handlers: Partial<Handlers> = {}) {
  const socketPath = join(tempDir(), 'c.sock');
  const server = await serveControl({ socketPath, token, handlers: { hello, ...handlers } as Handlers });
  onTestFinished(() => server.close());
  const connect = async (withToken = token) => {
    const client = await connectControl({ socketPath, token: withToken, cluster: 't' });
    onTestFinished(() => client.close());
    return client;
  };
  return { socketPath, server, connect };
}

/** Everything a raw connection is sent until the server closes it. */
function rawTalk(socketPath: string, send: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket: Socket = createConnection(socketPath, () => socket.write(send));
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => (text += String(chunk)));
    // The server may close while this still writes.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    onTestFinished(() => void socket.destroy());
  });
}

describe('the control socket', () => {
  test('only the user can open it', async () => {
    const { socketPath } = await serve();
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  test('answers a request, its items first', async () => {
    const { connect } = await serve({
      ready: async (_params, call) => {
        call.item({ progress: 'one' });
        call.item({ progress: 'two' });
        throw new ReplabError('not-ready', { cluster: 't', detail: 'n2 is slow' });
      },
    });
    const client = await connect();
    const items: string[] = [];
    const ready = client.request('ready', {}, { onItem: ({ progress }) => void items.push(progress) });
    await expect(ready).rejects.toMatchObject({ code: 'not-ready', facts: { detail: 'n2 is slow' } });
    expect(items).toEqual(['one', 'two']);
    expect(await client.request('hello', {})).toEqual({ spec, pid: 1 });
  });

  test('several requests of one connection are open at once', async () => {
    const first = Promise.withResolvers<{ last: number }>();
    const { connect } = await serve({
      events: ({ after }) => (after === 1 ? first.promise : Promise.resolve({ last: 2 })),
    });
    const client = await connect();
    const slow = client.request('events', { after: 1, follow: false });
    expect(await client.request('events', { after: 2, follow: false })).toEqual({ last: 2 });
    first.resolve({ last: 1 });
    expect(await slow).toEqual({ last: 1 });
  });

  test('a wrong token gets an error and a closed connection, and the server lives', async () => {
    const { connect } = await serve();
    const stranger = await connect('another token altogether');
    await expect(stranger.request('hello', {})).rejects.toMatchObject({ code: 'wrong-token' });
    await stranger.closed;
    expect(await (await connect()).request('hello', {})).toEqual({ spec, pid: 1 });
  });

  test.for([
    ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
    ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['null', 'null\n'],
    ['no request', '{"hello":1}\n'],
    ['no parameters', `{"id":1,"token":"${token}","method":"hello"}\n`],
    ['parameters of another form', `{"id":1,"token":"${token}","method":"down","params":{"keep":"no"}}\n`],
    ['a method it does not have', `{"id":1,"token":"${token}","method":"toString","params":{}}\n`],
    ['a line without end', Buffer.alloc(5 * 1024 * 1024, 'x')],
  ] as const)(
    'garbage (%s) gets an error and a closed connection, and the server lives',
    async ([, garbage]) => {
      const { socketPath, connect } = await serve();
      const answer = JSON.parse(await rawTalk(socketPath, garbage)) as { error: { code: string } };
      expect(answer.error.code).toBe('bad-message');
      expect(await (await connect()).request('hello', {})).toEqual({ spec, pid: 1 });
    },
  );

  test.for([
    ['snapshot', { fresh: 1 }],
    ['events', { after: '0', follow: true }],
    ['fault', { fault: null }],
    ['heal', {}],
    ['node', { action: 'toString', nodes: ['n1'] }],
    ['node', { action: 'kill', nodes: 'n1' }],
    ['node', { action: 'pause', nodes: ['n1'], forMs: 0 }],
    ['node', { action: 'pause', nodes: ['n1'], forMs: 366 * 24 * 3_600_000 }],
    ['fault', { fault: { kind: 'isolate', node: 'n1' }, forMs: 1.5 }],
    ['promote', { node: 'n1' }],
    ['set', { settings: { sync: 1 } }],
    ['down', {}],
  ] as const)(
    '%s with parameters of another form never reaches its handler: %j',
    async ([method, params]) => {
      const { connect } = await serve({ [method]: () => Promise.resolve({}) });
      const client = await connect();
      await expect(client.request(method, params as never)).rejects.toMatchObject({ code: 'bad-message' });
    },
  );

  test('a handler that breaks answers internal, and the server lives', async () => {
    const { connect } = await serve({ ready: () => Promise.reject(new TypeError('oops')) });
    const client = await connect();
    await expect(client.request('ready', {})).rejects.toMatchObject({
      code: 'internal',
      facts: { message: 'oops' },
    });
    expect(await client.request('hello', {})).toEqual({ spec, pid: 1 });
  });

  test('closing the client aborts what it asked for', async () => {
    const aborted = Promise.withResolvers<void>();
    const { connect } = await serve({
      events: async (_params, { signal }) => {
        signal.addEventListener('abort', () => aborted.resolve());
        await aborted.promise;
        return { last: 0 };
      },
    });
    const client = await connect();
    const following = client.request('events', { after: 0, follow: true });
    await client.request('hello', {});
    client.close();
    await expect(following).rejects.toMatchObject({ code: 'supervisor-gone' });
    await aborted.promise;
  });

  test('an aborted request rejects with the reason, others of the connection go on', async () => {
    const { connect } = await serve({
      ready: (_params, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', reject);
        }),
    });
    const client = await connect();
    const abort = new AbortController();
    const ready = client.request('ready', {}, { signal: abort.signal });
    abort.abort(new ReplabError('interrupted'));
    await expect(ready).rejects.toMatchObject({ code: 'interrupted' });
    expect(await client.request('hello', {})).toEqual({ spec, pid: 1 });
  });

  test('close answers what is open, then removes the socket', async () => {
    const { server, socketPath, connect } = await serve({
      events: async (_params, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { last: 7 };
      },
    });
    const client = await connect();
    const following = client.request('events', { after: 0, follow: true });
    await client.request('hello', {});
    await server.close();
    expect(await following).toEqual({ last: 7 });
    await client.closed;
    expect(existsSync(socketPath)).toBe(false);
  });

  test('a client that does not read is cut off, and does not grow the server', async () => {
    const cutOff = Promise.withResolvers<number>();
    const event = { seq: 1, tMs: 0, node: null, name: 'x'.repeat(100_000), fields: {} };
    const { socketPath, connect } = await serve({
      events: async (_params, { item, signal }) => {
        let sent = 0;
        for (; !signal.aborted; sent += event.name.length) {
          item(event);
          await immediate();
        }
        cutOff.resolve(sent);
        return { last: 0 };
      },
    });
    const deaf = createConnection(socketPath);
    deaf.on('error', () => {});
    onTestFinished(() => void deaf.destroy());
    deaf.pause();
    deaf.write(`{"id":1,"token":"${token}","method":"events","params":{"after":0,"follow":true}}\n`);
    expect(await cutOff.promise).toBeLessThan(24 * 1024 * 1024);
    expect(await (await connect()).request('hello', {})).toEqual({ spec, pid: 1 });
  });

  test('a file that a dead server left at its path is replaced', async () => {
    const socketPath = join(tempDir(), 'c.sock');
    writeFileSync(socketPath, '');
    const handlers = { hello } as Handlers;
    const server = await serveControl({ socketPath, token, handlers });
    onTestFinished(() => server.close());
    const client = await connectControl({ socketPath, token });
    expect(await client.request('hello', {})).toEqual({ spec, pid: 1 });
    client.close();
  });
});
