import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  /** Connections, each with one write in flight. */
  readonly clients: number;
  readonly forMs: number;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly latencyMs: readonly number[];
}

const keys = 10_000;
const value = 'v'.repeat(100);

/** Writes in RESP to one node for a while. Rejects on the first write that is not answered `+OK`. */
export async function load(port: number, { clients, forMs }: LoadOptions): Promise<LoadResult> {
  const sockets = await Promise.all(Array.from({ length: clients }, () => open(port)));
  const latencyMs: number[] = [];
  const start = performance.now();
  const end = start + forMs;
  await Promise.all(sockets.map((socket, client) => writeUntil(socket, end, client, latencyMs)));
  const tookMs = performance.now() - start;
  for (const socket of sockets) socket.destroy();
  return { perSecond: (latencyMs.length * 1000) / tookMs, latencyMs };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** One client's loop, in callbacks: at this rate a promise for every answer would be what is measured. */
async function writeUntil(socket: Socket, end: number, client: number, latencyMs: number[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let answer = '';
    let sent = 0;
    let turn = client * 7919;
    const send = (): void => {
      turn = (turn * 48_271 + 11) % 2_147_483_647;
      const key = `k${turn % keys}`;
      sent = performance.now();
      socket.write(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`);
    };
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1');
      if (!answer.endsWith('\r\n')) return;
      if (answer !== '+OK\r\n') return reject(new Error(`SET answered ${answer.trim()}`));
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
