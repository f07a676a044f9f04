import { Worker } from 'node:worker_threads';
import type { ActiveFault } from '../faults/fault.ts';
import { unreachable } from '../lib/assert.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type {
  FaultsSet,
  FromWorker,
  LostInFlight,
  OpenLink,
  ProxyCounters,
  ProxyMethod,
  ProxyMethods,
  UpstreamPorts,
} from './message.ts';

/**
 * The proxy as the supervisor holds it. Requests are carried out in the order they are made; each rejects
 * once the worker has ended.
 */
export interface Proxy {
  /** Binds a listener for each link, for the proxy's life; the ports on 127.0.0.1, by link name. */
  open(links: readonly OpenLink[]): Promise<Readonly<Record<string, number>>>;
  /** Where `node` listens from now on; null: it is down, and new connections to it are refused. */
  upstream(node: NodeId, ports: UpstreamPorts | null): Promise<void>;
  /** Puts exactly these faults in force, on live and new connections of all links in one step. */
  setFaults(faults: readonly ActiveFault[]): Promise<FaultsSet>;
  /** The node's machine has died: drops what it had sent and resets all its connections, whatever holds (P6). */
  discard(node: NodeId): Promise<LostInFlight>;
  counters(): Promise<ProxyCounters>;
  /** Resets what is open, frees the ports and ends the worker. Twice is once. */
  close(): Promise<void>;
  /** Settles when the worker has ended: null after `close`, else why. The links are gone then. */
  readonly ended: Promise<Error | null>;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the worker thread; rejects if it cannot load. `workerUrl`: another entry, for tests. */
export async function startProxy({
  workerUrl = defaultWorkerUrl(),
}: { readonly workerUrl?: URL } = {}): Promise<Proxy> {
  // No execArgv of ours: Node runs the entry as it is, built or (by stripping types) from source.
  const worker = new Worker(workerUrl, { name: 'proxy', execArgv: [] });
  const pending = new Map<number, Pending>();
  const ready = Promise.withResolvers<null>();
  const ended = Promise.withResolvers<Error | null>();
  let cause: Error | null = null;
  let over: Error | null = null;
  let closing: Promise<void> | null = null;
  let requests = 0;

  worker.on('message', (message: FromWorker) => settle(message, pending, ready.resolve));
  worker.on('error', (error) => {
    cause = error instanceof Error ? error : new Error(String(error));
  });
  worker.on('exit', (code) => {
    const why = cause?.message ?? (closing === null ? `exit code ${code}` : 'it was closed');
    over = new Error(`the proxy has ended: ${why}`, { cause });
    for (const { reject } of pending.values()) reject(over);
    ready.reject(over);
    ended.resolve(closing !== null && cause === null ? null : over);
  });

  const ask = async <M extends ProxyMethod>(
    method: M,
    params: ProxyMethods[M]['params'],
  ): Promise<ProxyMethods[M]['result']> => {
    if (over !== null) throw over;
    const { promise, resolve, reject } = Promise.withResolvers<ProxyMethods[M]['result']>();
    requests += 1;
    pending.set(requests, { resolve, reject });
    worker.postMessage({ id: requests, method, params });
    return promise;
  };

  await ready.promise;
  return {
    open: (links) => ask('open', links),
    upstream: async (node, ports) => void (await ask('upstream', { node, ports })),
    setFaults: (faults) => ask('setFaults', faults),
    discard: (node) => ask('discard', node),
    counters: () => ask('counters', null),
    close() {
      closing ??= end(() => ask('close', null), worker);
      return closing;
    },
    ended: ended.promise,
  };
}

async function end(close: () => Promise<null>, worker: Worker): Promise<void> {
  // A worker that has ended by itself is closed too; `ended` says why.
  await close().catch(() => {});
  await worker.terminate();
}

function settle(message: FromWorker, pending: Map<number, Pending>, ready: (value: null) => void): void {
  if (message.type === 'ready') return ready(null);
  const request = pending.get(message.id);
  pending.delete(message.id);
  switch (message.type) {
    case 'result':
      return request?.resolve(message.result as never);
    case 'error':
      return request?.reject(new Error(message.message));
    default:
      return unreachable(message);
  }
}

/** Beside the bundle it is `proxy.js`, beside the source `worker.ts`. */
function defaultWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './proxy.js', import.meta.url);
}
