import { parentPort } from 'node:worker_threads';
import { assert } from '../lib/assert.ts';
import { createLinks } from './links.ts';
import type { FromWorker, ProxyMethod, ProxyMethods, ToWorker } from './message.ts';

/**
 * The entry of the proxy's worker thread (T12): links live here, the supervisor asks through messages.
 * What is not caught here ends the thread, and the host tells.
 */
assert(parentPort !== null, 'the proxy runs in a worker thread');
const host = parentPort;
const links = createLinks();

type Handlers = {
  readonly [M in ProxyMethod]: (
    params: ProxyMethods[M]['params'],
  ) => ProxyMethods[M]['result'] | Promise<ProxyMethods[M]['result']>;
};

const handlers: Handlers = {
  open: links.open,
  upstream({ node, ports }) {
    links.upstream(node, ports);
    return null;
  },
  setFaults: links.setFaults,
  discard: links.discard,
  counters: links.counters,
  async close() {
    await links.close();
    return null;
  },
};

async function handle<M extends ProxyMethod>(
  id: number,
  method: M,
  params: ProxyMethods[M]['params'],
): Promise<void> {
  try {
    send({ type: 'result', id, result: await handlers[method](params) });
  } catch (error) {
    send({ type: 'error', id, message: error instanceof Error ? error.message : String(error) });
  }
}

function send(message: FromWorker): void {
  host.postMessage(message);
}

host.on('message', (message: ToWorker) => void handle(message.id, message.method, message.params));
send({ type: 'ready' });
