import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { linkName } from '../../src/cluster/place.ts';
import { parseFault } from '../../src/faults/faults.ts';
import { startProxy, type Proxy } from '../../src/proxy/host.ts';
import { until } from '../support/until.ts';
import type { Bench } from './cluster.ts';
import { repeat, type Figure } from './measure.ts';

const nodes = ['n1', 'n2'];
const link = { from: 'n1', to: 'n2' };
const delayMs = 50;
const samples = 300;
const everyMs = 3;
/** A length of each message: it is told from its neighbours by where it lies in the stream. */
const bytes = 64;

/** How exactly a delay of 50 ms is kept, without and with jitter; that nothing overtakes is checked, not measured. */
export async function delay(_bench: Bench, runs: number): Promise<readonly Figure[]> {
  const proxy = await startProxy({ workerUrl: new URL('../../dist/proxy.js', import.meta.url) });
  try {
    const server = createServer({ noDelay: true }).listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await proxy.upstream('n2', { replicationPort: port, clientPort: port });
    const ports = await proxy.open([link]);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const from = connect({ host: '127.0.0.1', port: ports[linkName(link)]!, noDelay: true });
    const [to] = await accepted;
    for (const socket of [from, to]) socket.on('error', () => undefined);
    const figures: Figure[] = [];
    for (const jitterMs of [0, 5]) {
      await inject(proxy, jitterMs);
      const delays = await repeat(runs, () => measure(from, to));
      const what = `a delay of ${delayMs} ms${jitterMs === 0 ? '' : ` ± ${jitterMs}`}`;
      for (const [name, part] of [
        ['10 %', 0.1],
        ['median', 0.5],
        ['90 %', 0.9],
      ] as const) {
        const values = delays.map((each) => each[Math.floor(part * (samples - 1))]!);
        figures.push({ name: `${what}: ${name}`, unit: 'ms', values });
      }
    }
    from.destroy();
    server.close();
    return figures;
  } finally {
    await proxy.close();
  }
}

async function inject(proxy: Proxy, jitterMs: number): Promise<void> {
  const words = [
    'n1:n2',
    '--delay',
    `${delayMs}ms`,
    ...(jitterMs === 0 ? [] : ['--jitter', `${jitterMs}ms`]),
  ];
  const params = parseFault('link', words, nodes);
  if (typeof params === 'string') throw new Error(params);
  await proxy.setFaults([{ id: `f${jitterMs}`, since: 0, params }]);
}

/** Milliseconds each message took, in order of size. */
async function measure(from: Socket, to: Socket): Promise<readonly number[]> {
  const sentAt: number[] = [];
  const took: number[] = [];
  let come = 0;
  const arrive = (chunk: Buffer): void => {
    const now = performance.now();
    for (const byte of chunk) {
      const number = Math.floor(come / bytes);
      if (byte !== number % 256) throw new Error(`message ${number} was overtaken`);
      come += 1;
      if (come % bytes === 0) took.push(now - sentAt[number]!);
    }
  };
  to.on('data', arrive);
  const sending = setInterval(() => {
    from.write(Buffer.alloc(bytes, sentAt.length % 256));
    sentAt.push(performance.now());
    if (sentAt.length === samples) clearInterval(sending);
  }, everyMs);
  await until('all to have come', () => took.length === samples);
  to.off('data', arrive);
  return took.toSorted((a, b) => a - b);
}
