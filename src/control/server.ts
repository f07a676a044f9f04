import { timingSafeEqual } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { ReplabError, toReplabError } from './errors.ts';
import { createLineReader, encodeLine } from './framing.ts';
import type { ControlReply, Method, Methods } from './message.ts';
import { isParamsOf } from './params.ts';

/** What a handler is given besides its parameters. */
export interface Call<M extends Method> {
  item(item: Methods[M]['item']): void;
  /** The client has not taken what it was sent: what is only the newest of its kind can wait until it has. */
  lagging(): boolean;
  /** Aborts when nobody waits for the answer any more: the connection closed, or the server closes. */
  readonly signal: AbortSignal;
}

/** A handler that throws answers with that error. */
export type Handlers = {
  readonly [M in Method]: (params: Methods[M]['params'], call: Call<M>) => Promise<Methods[M]['result']>;
};

export interface ControlServerOptions {
  readonly socketPath: string;
  readonly token: string;
  readonly handlers: Handlers;
}

export interface ControlServer {
  /** Takes no more requests, aborts the open ones, answers them all, then closes every connection. */
  close(): Promise<void>;
}

/** What a client may leave unread before it is cut off: it must not grow the daemon. */
const maxUnreadBytes = 16 * 1024 * 1024;
/** How long `close` waits for answers to be given and taken. */
const closeMs = 1000;

/**
 * Serves the control socket. A file left at its path by a dead server is replaced: the caller holds the
 * directory's lock. Garbage and a wrong token get one error and end their connection, nothing else.
 */
export async function serveControl(options: ControlServerOptions): Promise<ControlServer> {
  const connections = new Set<Connection>();
  const server = createServer((socket) => {
    const connection = new Connection(socket, options);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  rmSync(options.socketPath, { force: true });
  await listen(server, options.socketPath);
  chmodSync(options.socketPath, 0o600);
  return {
    async close() {
      server.close();
      await Promise.race([
        Promise.all([...connections].map((connection) => connection.finish())),
        wait(closeMs, undefined, { ref: false }),
      ]);
      for (const connection of connections) connection.destroy();
      rmSync(options.socketPath, { force: true });
    },
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #options: ControlServerOptions;
  readonly #open = new Map<Promise<void>, AbortController>();
  #closing = false;

  constructor(socket: Socket, options: ControlServerOptions) {
    this.#socket = socket;
    this.#options = options;
    const read = createLineReader({
      onValue: (value) => this.#receive(value),
      onGarbage: (detail) => this.#reject(null, new ReplabError('bad-message', { detail })),
    });
    socket.on('data', read);
    // A vanished client is no event here: `close` follows and aborts what it asked for.
    socket.on('error', () => {});
    socket.once('close', () => this.#abort());
  }

  async finish(): Promise<void> {
    this.#closing = true;
    this.#abort();
    await Promise.all(this.#open.keys());
    await new Promise<void>((resolve) => this.#socket.end(resolve));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #abort(): void {
    for (const controller of this.#open.values()) controller.abort();
  }

  #receive(value: unknown): void {
    if (this.#closing) return;
    const request = asRequest(value);
    if (request === null)
      return this.#reject(null, new ReplabError('bad-message', { detail: 'It is no request' }));
    if (!sameToken(request.token, this.#options.token))
      return this.#reject(request.id, new ReplabError('wrong-token'));
    if (!Object.hasOwn(this.#options.handlers, request.method)) {
      return this.#reject(
        request.id,
        new ReplabError('bad-message', { detail: `It knows no ${request.method}` }),
      );
    }
    const method = request.method as Method;
    if (!isParamsOf(method, request.params)) {
      return this.#reject(
        request.id,
        new ReplabError('bad-message', { detail: `It is no proper ${method}` }),
      );
    }
    const controller = new AbortController();
    const done = this.#carryOut(request.id, method, request.params, controller.signal);
    this.#open.set(done, controller);
    void done.finally(() => this.#open.delete(done));
  }

  /** Never rejects. */
  async #carryOut(id: number, method: Method, params: object, signal: AbortSignal): Promise<void> {
    const handler = this.#options.handlers[method] as (
      params: object,
      call: Call<Method>,
    ) => Promise<unknown>;
    try {
      const result = await handler(params, {
        signal,
        item: (item: unknown) => this.#send({ id, item }),
        lagging: () => this.#socket.writableNeedDrain,
      });
      this.#send({ id, result });
    } catch (error) {
      this.#send(errorReply(id, toReplabError(error)));
    }
  }

  #reject(id: number | null, error: ReplabError): void {
    this.#closing = true;
    this.#send(errorReply(id, error));
    this.#socket.destroySoon();
  }

  #send(reply: ControlReply): void {
    if (!this.#socket.writable) return;
    this.#socket.write(encodeLine(reply));
    if (this.#socket.writableLength > maxUnreadBytes) this.#socket.destroy();
  }
}

interface LooseRequest {
  readonly id: number;
  readonly token: string;
  readonly method: string;
  readonly params: object;
}

function asRequest(value: unknown): LooseRequest | null {
  const { id, token, method, params } = (value ?? {}) as Partial<Record<keyof LooseRequest, unknown>>;
  const isRequest =
    Number.isSafeInteger(id) &&
    typeof token === 'string' &&
    typeof method === 'string' &&
    typeof params === 'object' &&
    params !== null;
  return isRequest ? (value as LooseRequest) : null;
}

function sameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function errorReply(id: number | null, error: ReplabError): ControlReply {
  return { id, error: { code: error.code, facts: error.facts } };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
