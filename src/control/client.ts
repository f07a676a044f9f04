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
}

/** Rejects with the system's error (`ENOENT`, `ECONNREFUSED`) when nobody listens there. */
export async function connectControl(options: ConnectOptions): Promise<ControlClient> {
  const socket = await dial(options.socketPath);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let failure: ReplabError | null = null;

  const fail = (error: ReplabError): void => {
    failure ??= error;
    for (const one of waiting.values()) one.reject(failure);
    waiting.clear();
    socket.destroy();
  };
  const gone = (): ReplabError =>
    new ReplabError('supervisor-gone', { cluster: options.cluster ?? 'the cluster' });
  const receive = (reply: ControlReply): void => {
    if ('error' in reply && reply.id === null)
      return fail(errorFromWire(reply.error.code, reply.error.facts));
    const one = waiting.get(reply.id ?? -1);
    if (one === undefined) return;
    if ('item' in reply) return one.onItem?.(reply.item as never);
    waiting.delete(reply.id!);
    if ('error' in reply) one.reject(errorFromWire(reply.error.code, reply.error.facts));
    else one.resolve(reply.result as never);
  };
  socket.on(
    'data',
    createLineReader({
      onValue: (value) => receive(value as ControlReply),
      onGarbage: (detail) => fail(new ReplabError('bad-message', { detail })),
    }),
  );
  // An error is followed by `close`.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      fail(gone());
      resolve();
    });
  });

  return {
    closed,
    close: () => socket.destroy(),
    request: (method, params, { onItem, signal } = {}) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        if (failure !== null) throw failure;
        lastId += 1;
        const id = lastId;
        const onAbort = (): void => {
          waiting.delete(id);
          reject(signal?.reason);
        };
        const settle =
          <A>(then: (value: A) => void) =>
          (value: A): void => {
            signal?.removeEventListener('abort', onAbort);
            then(value);
          };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.set(id, { onItem, resolve: settle(resolve), reject: settle(reject) });
        const request: ControlRequest = { id, token: options.token, method, params };
        socket.write(encodeLine(request));
      }),
  };
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
