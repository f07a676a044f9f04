import type { Rng } from '../lib/rng.ts';
import type { Lane } from '../protocol/message-class.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';
import type { NodeClock } from './clock.ts';
import type { Counters } from './counters.ts';
import { transportProtocol } from './hello.ts';
import { Inbox } from './inbox.ts';
import { LaneSender } from './lane-sender.ts';
import { Receiver } from './receiver.ts';
import type { Source } from './source.ts';

export interface TransportOptions {
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly token: string;
  readonly disk: DiskId;
  readonly boot: number;
  /** They share the connections. */
  readonly shards: number;
  /** Ports on 127.0.0.1 by which each other member is reached. */
  readonly peers: Readonly<Record<NodeId, number>>;
  readonly clock: NodeClock;
  readonly rng: Rng;
  readonly counters: Counters;
  /** Something waits in a lane of that shard. */
  onMessage(shard: number): void;
  onOverflow(to: NodeId, lane: Lane): void;
}

/** Messages between nodes: at most once, in order within a lane, late without bound (T1–T7). */
export class Transport {
  readonly #options: TransportOptions;
  readonly #inbox: Inbox;
  readonly #receiver: Receiver;
  readonly #senders = new Map<NodeId, Map<Lane, LaneSender>>();
  #dials = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.counters, options.shards);
    this.#receiver = new Receiver({
      ...options,
      inbox: this.#inbox,
      onMessage: (shard) => options.onMessage(shard),
    });
  }

  /** Begins to accept; answers with the port on 127.0.0.1. */
  async listen(): Promise<number> {
    return this.#receiver.listen();
  }

  lane(lane: Lane, shard: number): Source {
    return this.#inbox.lane(lane, shard);
  }

  /** Never throws and never waits: what cannot be queued is dropped and counted. */
  send(to: NodeId, lane: Lane, message: Message, shard: number): void {
    this.#sender(to, lane)?.send(message, shard);
  }

  /** Bytes that wait in this process, by peer. */
  queued(): Readonly<Record<NodeId, number>> {
    const sums = [...this.#senders].map(([to, byLane]): [NodeId, number] => {
      let bytes = 0;
      for (const sender of byLane.values()) bytes += sender.queuedBytes;
      return [to, bytes];
    });
    return Object.fromEntries(sums);
  }

  close(): void {
    this.#receiver.close();
    for (const byLane of this.#senders.values()) for (const sender of byLane.values()) sender.close();
  }

  #sender(to: NodeId, lane: Lane): LaneSender | undefined {
    const port = this.#options.peers[to];
    if (port === undefined) return undefined;
    let byLane = this.#senders.get(to);
    if (byLane === undefined) this.#senders.set(to, (byLane = new Map<Lane, LaneSender>()));
    let sender = byLane.get(lane);
    if (sender === undefined) byLane.set(lane, (sender = this.#createSender(to, port, lane)));
    return sender;
  }

  #createSender(to: NodeId, port: number, lane: Lane): LaneSender {
    const { self: from, token, disk, boot, shards, clock, rng, counters, onOverflow } = this.#options;
    return new LaneSender({
      to,
      port,
      lane,
      shards,
      clock,
      rng: rng.fork(`${to} ${lane}`),
      counters,
      hello: () => {
        this.#dials += 1;
        return {
          class: 'hello',
          protocol: transportProtocol,
          token,
          from,
          to,
          disk,
          boot,
          dial: this.#dials,
          lane,
        };
      },
      onOverflow: (peer, full) => onOverflow(peer, full),
    });
  }
}
