import { createServer, type Server, type Socket } from 'node:net';
import type { Lane } from '../protocol/message-class.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';
import type { Counters, DropReason } from './counters.ts';
import { FrameDecoder, type Decoded } from './frame-codec.ts';
import { checkHello, compareIncarnations, type Hello, type HelloExpectation } from './hello.ts';
import type { Inbox } from './inbox.ts';

export interface ReceiverOptions extends HelloExpectation {
  readonly inbox: Inbox;
  readonly counters: Counters;
  /** Something waits in the inbox of a shard. */
  onMessage(shard: number): void;
}

type DecodedMessage = Extract<Decoded, { type: 'message' }>;

/** One accepted connection; `hello` null until its first frame has come. */
interface Accepted {
  readonly socket: Socket;
  readonly decoder: FrameDecoder;
  hello: Hello | null;
}

/** A held link's connection may say nothing for long, so strangers are bounded in number, not in time. */
const strangersPerMember = 8;

/**
 * The accepting end (T4): only reads (T1), keeps one connection for each peer and lane, and trusts nothing
 * before the hello. Whatever is not understood closes that connection and is counted.
 */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #server: Server;
  readonly #strangers = new Set<Accepted>();
  readonly #known = new Map<string, Accepted>();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** The port on 127.0.0.1. */
  async listen(): Promise<number> {
    return listenLocally(this.#server);
  }

  close(): void {
    this.#server.close();
    for (const { socket } of [...this.#strangers, ...this.#known.values()]) socket.destroy();
  }

  #accept(socket: Socket): void {
    const accepted: Accepted = { socket, decoder: new FrameDecoder(), hello: null };
    this.#strangers.add(accepted);
    if (this.#strangers.size > strangersPerMember * this.#options.members.length) {
      const [oldest] = this.#strangers;
      this.#end(oldest!, 'too-many-strangers');
    }
    socket.on('data', (chunk: Buffer) => this.#onData(accepted, chunk));
    // 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#forget(accepted));
  }

  #onData(accepted: Accepted, chunk: Buffer): void {
    const { decoder, socket } = accepted;
    decoder.push(chunk);
    while (!socket.destroyed) {
      const decoded = decoder.next();
      if (decoded === null) return;
      if (decoded.type === 'fault') this.#end(accepted, decoded.kind);
      else if (accepted.hello === null) this.#meet(accepted, decoded.message);
      else if (decoded.message.class === 'hello') this.#end(accepted, 'hello-repeated');
      else this.#deliver(accepted, accepted.hello, decoded);
    }
  }

  #meet(accepted: Accepted, message: Message): void {
    const hello = checkHello(message, this.#options);
    if (typeof hello === 'string') {
      this.#end(accepted, hello);
      return;
    }
    const key = connectionKey(hello.from, hello.lane);
    const present = this.#known.get(key);
    const older = present !== undefined && compareHellos(hello, present.hello!) <= 0;
    if (older || this.#options.inbox.isStale(hello.from, hello)) {
      this.#end(accepted, 'hello-stale');
      return;
    }
    this.#options.inbox.meet(hello.from, hello);
    if (present !== undefined) this.#end(present, 'replaced');
    accepted.hello = hello;
    this.#strangers.delete(accepted);
    this.#known.set(key, accepted);
  }

  #deliver(accepted: Accepted, hello: Hello, { message, shard, bytes }: DecodedMessage): void {
    const { inbox, counters, onMessage } = this.#options;
    const { from, lane, disk, boot } = hello;
    const { socket } = accepted;
    if (shard < 0 || shard >= inbox.shards) {
      this.#end(accepted, 'shard-unknown');
      return;
    }
    if (inbox.isStale(from, { disk, boot })) {
      counters.count('stale-message');
      this.#end(accepted, 'hello-stale');
      return;
    }
    const received = { message, shard, bytes, disk, boot };
    if (!inbox.push(from, lane, received, () => socket.resume())) socket.pause();
    onMessage(shard);
  }

  #end(accepted: Accepted, reason: DropReason): void {
    this.#options.counters.count(reason);
    this.#forget(accepted);
    accepted.socket.destroy();
  }

  #forget(accepted: Accepted): void {
    this.#strangers.delete(accepted);
    if (accepted.hello === null) return;
    const key = connectionKey(accepted.hello.from, accepted.hello.lane);
    if (this.#known.get(key) === accepted) this.#known.delete(key);
  }
}

function connectionKey(from: NodeId, lane: Lane): string {
  return `${from} ${lane}`;
}

function compareHellos(a: Hello, b: Hello): number {
  return compareIncarnations(a, b) || a.dial - b.dial;
}

/** Listens on a port that the kernel chooses, on 127.0.0.1 only, and answers with it. */
export async function listenLocally(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen({ host: '127.0.0.1', port: 0 }, () => {
    server.off('error', reject);
    const address = server.address();
    if (address === null || typeof address === 'string') reject(new Error('no TCP address'));
    else resolve(address.port);
  });
  return promise;
}
