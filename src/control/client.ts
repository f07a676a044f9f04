import { createConnection, type Socket } from 'node:net';
import { errorFromWire, ReplabError } from './errors.ts';
import { createLineReader, encodeLine } from './framing.ts';
import type { ControlReply, ControlRequest, Method, Methods } from './message.ts';

export interface RequestOptions<M extends Method> {
  onItem?(item: Methods[M]['item']): void;
  /** Aborting rejects with the signal's reason; the supervisor stops working on it when the client closes. */
  readonly signal?: AbortSignal;
}

/** A connection to a cluster's supervisor. Several requests may be open at once. */
export interface ControlClient {
  /** Rejects with a `ReplabError`: the supervisor's, or `supervisor-gone` when the connection breaks first. */
  request<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options?: RequestOptions<M>,
  ): Promise<Methods[M]['result']>;
  /** Resolves once the connection has closed, whoever closed it. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface ConnectOptions {
  readonly socketPath: string;
  readonly token: string;
  /** Named in errors. */
  readonly cluster?: string;
}

interface Waiting {
  readonly onItem: ((item: never) => void) | undefined;
  resolve(result: never): void;
  reject(error: unknown): void;
  /** Stops listening for an abort. */
  forget(): void;
}

/** Rejects with the system's error (`ENOENT`, `ECONNREFUSED`) when nobody listens there. */
export async function connectControl(options: ConnectOptions): Promise<ControlClient> {
  return new Connection(await dial(options.socketPath), options);
}

class Connection implements ControlClient {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #token: string;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #failure: ReplabError | null = null;

  constructor(socket: Socket, options: ConnectOptions) {
    this.#socket = socket;
    this.#token = options.token;
    const read = createLineReader({
      onValue: (value) => this.#receive(value as ControlReply),
      onGarbage: (detail) => this.#fail(new ReplabError('bad-message', { detail })),
    });
    socket.on('data', read);
    // An error is followed by `close`.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#fail(new ReplabError('supervisor-gone', { cluster: options.cluster ?? 'the cluster' }));
        resolve();
      });
    });
  }

  request<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    { onItem, signal }: RequestOptions<M> = {},
  ): Promise<Methods[M]['result']> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#failure !== null) throw this.#failure;
      this.#lastId += 1;
      const id = this.#lastId;
      const onAbort = (): void => this.#take(id)?.reject(signal?.reason);
      const forget = (): void => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(id, { onItem, resolve, reject, forget });
      const request: ControlRequest = { id, token: this.#token, method, params };
      this.#socket.write(encodeLine(request));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(reply: ControlReply): void {
    if ('item' in reply) {
      this.#waiting.get(reply.id)?.onItem?.(reply.item as never);
    } else if ('result' in reply) {
      this.#take(reply.id)?.resolve(reply.result as never);
    } else {
      const error = errorFromWire(reply.error.code, reply.error.facts);
      if (reply.id === null) this.#fail(error);
      else this.#take(reply.id)?.reject(error);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.forget();
    return waiting;
  }

  #fail(error: ReplabError): void {
    this.#failure ??= error;
    for (const id of this.#waiting.keys()) this.#take(id)?.reject(this.#failure);
    this.#socket.destroy();
  }
}

function dial(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
