import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { linkName, linksOf } from '../../src/cluster/place.ts';
import type { HitView, LinkView } from '../../src/cluster/snapshot.ts';
import type { ActiveFault, FaultKindName } from '../../src/faults/fault.ts';
import { parseFault } from '../../src/faults/faults.ts';
import { frameHeaderBytes, frameVersion } from '../../src/node/frame.ts';
import type { NodeId } from '../../src/protocol/node-id.ts';
import { messageClasses, type MessageClass } from '../../src/protocol/message-class.ts';
import { type Proxy, startProxy } from '../../src/proxy/host.ts';
import { until } from '../support/until.ts';

/** One end of a real connection, and what its owner has seen of it. */
export interface End {
  readonly socket: Socket;
  received(): Buffer;
  /** FIN arrived. */
  ended: boolean;
  /** It is over; with the error code if it was reset. */
  closed: boolean;
  error: string | null;
}

function watch(socket: Socket): End {
  const chunks: Buffer[] = [];
  const end: End = {
    socket,
    received: () => Buffer.concat(chunks),
    ended: false,
    closed: false,
    error: null,
  };
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('end', () => (end.ended = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (end.error = error.code ?? error.message));
  socket.on('close', () => (end.closed = true));
  return end;
}

/** What stands for a node: a listener that keeps every connection it accepts. */
export interface Target {
  readonly port: number;
  readonly accepted: readonly End[];
  /** What arrived on all connections, in the order they were accepted. */
  text(): string;
  close(): void;
}

/** `paused`: accepted sockets are not read, as those of a stopped process. */
export async function listen({ paused = false }: { readonly paused?: boolean } = {}): Promise<Target> {
  const accepted: End[] = [];
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (paused) socket.pause().on('error', () => {});
    accepted.push(paused ? { ...blank(socket) } : watch(socket));
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const close = (): void => {
    server.close();
    for (const { socket } of accepted) socket.destroy();
  };
  onTestFinished(close);
  const text = (): string => accepted.map((end) => end.received().toString('latin1')).join('');
  return { port: (server.address() as AddressInfo).port, accepted, text, close };
}

function blank(socket: Socket): End {
  return { socket, received: () => Buffer.alloc(0), ended: false, closed: false, error: null };
}

export async function dial(port: number): Promise<End> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  const end = watch(socket);
  await until('a connection', () => !socket.connecting || end.closed);
  return end;
}

export interface Net {
  readonly proxy: Proxy;
  readonly ports: Readonly<Record<string, number>>;
  /** Each node's listener for other nodes, and for clients. */
  readonly nodes: ReadonlyMap<NodeId, { readonly replication: Target; readonly client: Target }>;
  /** Dials a link, by name. */
  dial(link: string): Promise<End>;
  /** Puts exactly these faults in force; ids are f1, f2, … */
  faults(...texts: readonly string[]): ReturnType<Proxy['setFaults']>;
  link(name: string): Promise<LinkView>;
  hit(id: string): Promise<HitView>;
}

/**
 * The built worker (`npm run build`). From source, Node.js strips the types of each worker with WebAssembly of
 * its own, and V8 ends the process once in a while when such threads come and go: "Check failed:
 * jit_page.has_value()" (nodejs/node#64500).
 */
export const builtWorker = { workerUrl: new URL('../../dist/proxy.js', import.meta.url) };

/** A real proxy, in its worker thread, before listeners that stand for nodes. */
export async function startNet(
  names: readonly NodeId[],
  options: { readonly paused?: boolean } = {},
): Promise<Net> {
  const proxy = await startProxy(builtWorker);
  onTestFinished(() => proxy.close());
  const nodes = new Map<NodeId, { replication: Target; client: Target }>();
  for (const name of names) {
    const [replication, client] = [await listen(options), await listen(options)];
    nodes.set(name, { replication, client });
    await proxy.upstream(name, { replicationPort: replication.port, clientPort: client.port });
  }
  const ports = await proxy.open(linksOf(names));
  return {
    proxy,
    ports,
    nodes,
    dial: (link) => dial(ports[link]!),
    faults: (...texts) => proxy.setFaults(faultsOf(names, ...texts)),
    link: async (name) => (await proxy.counters()).links.find((link) => linkName(link) === name)!,
    hit: async (id) => (await proxy.counters()).hits[id]!,
  };
}

export function faultsOf(nodes: readonly NodeId[], ...texts: readonly string[]): ActiveFault[] {
  return texts.map((text, at) => {
    const [kind, ...args] = text.split(' ');
    const params = parseFault(kind as FaultKindName, args, nodes);
    if (typeof params === 'string') throw new Error(params);
    return { id: `f${at + 1}`, since: 0, params };
  });
}

/** A frame as nodes write them (T3); the checksum is the receiver's business. */
export function frame(messageClass: MessageClass, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(frameHeaderBytes + bodyBytes, 'x');
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt8(frameVersion, 4);
  bytes.writeUInt8(messageClasses[messageClass].number, 5);
  bytes.writeUInt16BE(0, 6);
  bytes.writeUInt16BE(1, 8);
  bytes.writeUInt32BE(0, 10);
  return bytes;
}
