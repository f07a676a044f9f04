import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { linkName, linksOf } from '../../src/cluster/place.ts';
import { parseFault } from '../../src/faults/faults.ts';
import { encodeFrames } from '../../src/node/frame-codec.ts';
import type { Message } from '../../src/protocol/protocol.ts';
import { startProxy, type Proxy } from '../../src/proxy/host.ts';
import { until } from '../support/until.ts';
import type { Bench } from './cluster.ts';
import { repeat, type Figure } from './measure.ts';

const nodes = Array.from({ length: 20 }, (_, i) => `n${i + 1}`);
const everyMs = 20;

/**
 * Every link between 20 nodes cut at once, a connection on each, all of them sending: from the command until it is
 * answered, and until the last byte had come through.
 */
export async function cut(_bench: Bench, runs: number): Promise<readonly Figure[]> {
  const proxy = await startProxy({ workerUrl: new URL('../../dist/proxy.js', import.meta.url) });
  const sink = { lastAt: 0 };
  const servers = await Promise.all(nodes.map(() => listen(sink)));
  try {
    for (const [i, server] of servers.entries()) {
      const { port } = server.address() as AddressInfo;
      await proxy.upstream(nodes[i]!, { replicationPort: port, clientPort: port });
    }
    const links = linksOf(nodes).filter(({ from }) => from !== 'client');
    const ports = await proxy.open(links);
    const sockets = await Promise.all(links.map((link) => dial(ports[linkName(link)]!)));
    const bytes = Buffer.concat(encodeFrames({ class: 'heartbeat', text: 'x'.repeat(100) } as Message));
    const sending = setInterval(() => sockets.forEach((socket) => socket.write(bytes)), everyMs);
    const figures = await repeat(runs * 3, () => cutOnce(proxy, sink));
    clearInterval(sending);
    for (const socket of sockets) socket.destroy();
    return [
      {
        name: 'cut of 380 links, command to answer',
        unit: 'ms',
        values: figures.map(({ answerMs }) => answerMs),
      },
      {
        name: 'cut of 380 links, command to last byte through',
        unit: 'ms',
        values: figures.map(({ lastMs }) => lastMs),
      },
    ];
  } finally {
    for (const server of servers) server.close();
    await proxy.close();
  }
}

async function cutOnce(
  proxy: Proxy,
  sink: { lastAt: number },
): Promise<{ readonly answerMs: number; readonly lastMs: number }> {
  const healedAt = performance.now();
  await until('traffic to be as before', () => sink.lastAt - healedAt > 10 * everyMs);
  const params = parseFault('partition', [nodes.join('/')], nodes);
  if (typeof params === 'string') throw new Error(params);
  const start = performance.now();
  sink.lastAt = start;
  await proxy.setFaults([{ id: 'f1', since: 0, params }]);
  const answerMs = performance.now() - start;
  await until('silence', () => performance.now() - Math.max(start, sink.lastAt) > 5 * everyMs);
  const lastMs = sink.lastAt - start;
  await proxy.setFaults([]);
  return { answerMs, lastMs };
}

async function listen(sink: { lastAt: number }): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('data', () => (sink.lastAt = performance.now()));
    socket.on('error', () => undefined);
  }).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return server;
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}
