import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly clients: number;
  /** Writes in flight a client. */
  readonly pipeline?: number;
  readonly forMs: number;
  /** Ends each batch of writes with WAIT for so many replicas: how Redis replicates synchronously. */
  readonly waitFor?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Of each batch. */
  readonly latencyMs: readonly number[];
}

const keys = 10_000;
const value = 'v'.repeat(100);

/** SETs in RESP to one node for a while. Rejects on the first that is not answered `+OK`. */
export async function load(port: number, options: LoadOptions): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: options.clients }, () => open(port)));
  const latencyMs: number[] = [];
  const start = performance.now();
  await Promise.all(
    sockets.map((socket, client) => writeUntil(socket, start + options.forMs, client, options, latencyMs)),
  );
  const tookMs = performance.now() - start;
  for (const socket of sockets) socket.destroy();
  return { perSecond: (latencyMs.length * (options.pipeline ?? 1) * 1000) / tookMs, latencyMs };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** One client's loop, in callbacks: at this rate a promise for every answer would be what is measured. */
async function writeUntil(
  socket: Socket,
  end: number,
  client: number,
  { pipeline = 1, waitFor }: LoadOptions,
  latencyMs: number[],
): Promise<void> {
  const wait = waitFor === undefined ? '' : `*3\r\n$4\r\nWAIT\r\n$1\r\n${waitFor}\r\n$1\r\n0\r\n`;
  const expected = `${'+OK\r\n'.repeat(pipeline)}${wait === '' ? '' : `:${waitFor}\r\n`}`;
  await new Promise<void>((resolve, reject) => {
    let answer = '';
    let sent = 0;
    let turn = client * 7919;
    const set = (): string => {
      turn = (turn * 48_271 + 11) % 2_147_483_647;
      const key = `k${turn % keys}`;
      return `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`;
    };
    const send = (): void => {
      let batch = '';
      for (let i = 0; i < pipeline; i += 1) batch += set();
      sent = performance.now();
      socket.write(batch + wait);
    };
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1');
      if (answer.length < expected.length && expected.startsWith(answer)) return;
      // More replicas than asked for may have it.
      if (answer.replace(/:\d+\r\n$/, expected.slice(5 * pipeline)) !== expected) {
        return reject(new Error(`SET answered ${answer.trim()}`));
      }
      answer = '';
      const now = performance.now();
      latencyMs.push(now - sent);
      if (now < end) send();
      else resolve();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the node closed the connection')));
    send();
  });
}
