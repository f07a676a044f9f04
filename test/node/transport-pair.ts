import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createRng } from '../../src/lib/rng.ts';
import { Machine } from '../../src/node/machine.ts';
import { Counters } from '../../src/node/counters.ts';
import { encodeFrames } from '../../src/node/frame-codec.ts';
import { transportProtocol, type Hello } from '../../src/node/hello.ts';
import { Transport } from '../../src/node/transport.ts';
import type { Lane, MessageClass } from '../../src/protocol/message-class.ts';
import { diskOf, type NodeId } from '../../src/protocol/node-id.ts';
import type { Message, MessageInput } from '../../src/protocol/protocol.ts';
import { forwarder, type Forwarder } from './forwarder.ts';

const token = 'secret';
const members: readonly NodeId[] = ['n1', 'n2', 'n3'];

export interface Numbered extends Message {
  readonly number: number;
  readonly text?: string;
}

export function numbered(messageClass: MessageClass, number: number, text?: string): Numbered {
  return text === undefined ? { class: messageClass, number } : { class: messageClass, number, text };
}

/** A transport whose inbox is taken only when asked. Ends with the test. */
export interface Station {
  readonly transport: Transport;
  readonly counters: Counters;
  readonly overflows: string[];
  readonly port: number;
  /** Everything that waits in a lane, as inputs. */
  take(lane: Lane, shard?: number): readonly MessageInput[];
  /** Numbers of all that were ever taken from a lane with `collect`. */
  collect(lane: Lane): readonly number[];
}

export async function station(
  self: NodeId,
  peers: Readonly<Record<NodeId, number>> = {},
  { boot = 1, disk = diskOf(self), shards = 1 } = {},
): Promise<Station> {
  const counters = new Counters();
  const overflows: string[] = [];
  const transport = new Transport({
    self,
    members,
    token,
    disk,
    boot,
    shards,
    peers,
    clock: new Machine().clock,
    rng: createRng(self),
    counters,
    onMessage: () => undefined,
    onOverflow: (to, lane) => overflows.push(`${to} ${lane}`),
  });
  onTestFinished(() => transport.close());
  const port = await transport.listen();
  const collected: Record<Lane, number[]> = { ctl: [], log: [], bulk: [] };
  const take = (lane: Lane, shard = 0): MessageInput[] => {
    const source = transport.lane(lane, shard);
    const taken: MessageInput[] = [];
    for (
      let next = source.take({ now: 1, wall: 2 });
      next !== null;
      next = source.take({ now: 1, wall: 2 })
    ) {
      taken.push(next.input as MessageInput);
    }
    return taken;
  };
  return {
    transport,
    counters,
    overflows,
    port,
    take,
    collect(lane) {
      collected[lane].push(...take(lane).map(({ message }) => (message as Numbered).number));
      return collected[lane];
    },
  };
}

/** n1, which reaches n2 by a link that can be held and cut. */
export async function pair(shards = 1): Promise<{ n1: Station; n2: Station; link: Forwarder }> {
  const n2 = await station('n2', {}, { shards });
  const link = await forwarder(n2.port);
  const n1 = await station('n1', { n2: link.port }, { shards });
  return { n1, n2, link };
}

export function helloOf(changes: Partial<Record<keyof Hello, unknown>> = {}): Message {
  const hello: Hello = {
    class: 'hello',
    protocol: transportProtocol,
    token,
    from: 'n1',
    to: 'n2',
    disk: diskOf('n1'),
    boot: 1,
    dial: 1,
    lane: 'ctl',
  };
  return { ...hello, ...changes } as Hello;
}

export interface RawPeer {
  readonly socket: Socket;
  send(...messages: readonly Message[]): void;
  /** The other end has closed. */
  closed(): boolean;
}

/** A connection to a replication port that says what the test wants. Ends with the test. */
export async function rawPeer(port: number): Promise<RawPeer> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let closed = false;
  const socket = connect({ port, host: '127.0.0.1' }, resolve);
  socket.on('error', reject);
  socket.on('close', () => {
    closed = true;
  });
  socket.resume();
  onTestFinished(() => {
    socket.destroy();
  });
  await promise;
  return {
    socket,
    send: (...messages) => {
      socket.write(Buffer.concat(messages.flatMap((message) => encodeFrames(message))));
    },
    closed: () => closed,
  };
}
