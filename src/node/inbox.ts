import { lanes, type Lane } from '../protocol/message-class.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Clock } from '../protocol/turn.ts';
import type { Counters } from './counters.ts';
import { compareIncarnations, type Incarnation } from './hello.ts';
import { MessageQueue, type Queued } from './message-queue.ts';
import type { Source, Taken } from './source.ts';

/** What may wait per peer and lane before its connection is read no further. */
const most = { messages: 1024, bytes: 1024 * 1024 };

export interface Received extends Queued, Incarnation {}

interface Waiting {
  readonly from: NodeId;
  readonly queue: MessageQueue<Received>;
  /** Reads on; set while the queue is over its bound. */
  resume: (() => void) | null;
}

/**
 * Messages received and not yet stepped, by shard, lane and peer. A lane of a shard is a source of inputs that serves its
 * peers in turn (T9), and forgets what an earlier life of a peer sent (T4).
 */
export class Inbox {
  /** Of each shard. */
  readonly #lanes: readonly Readonly<Record<Lane, LaneInbox>>[];
  readonly #newest = new Map<NodeId, Incarnation>();

  constructor(counters: Counters, shards: number) {
    const isStale = (from: NodeId, item: Incarnation): boolean => this.isStale(from, item);
    const lanesOfShard = (): Record<Lane, LaneInbox> =>
      Object.fromEntries(lanes.map((lane) => [lane, new LaneInbox(counters, isStale)])) as Record<
        Lane,
        LaneInbox
      >;
    this.#lanes = Array.from({ length: shards }, lanesOfShard);
  }

  get shards(): number {
    return this.#lanes.length;
  }

  lane(lane: Lane, shard: number): Source {
    return this.#lanes[shard]![lane];
  }

  /** Of a life of `from` that is known to be over. */
  isStale(from: NodeId, of: Incarnation): boolean {
    const newest = this.#newest.get(from);
    return newest !== undefined && compareIncarnations(of, newest) < 0;
  }

  /** From now on only this life of `from` counts, and later ones. */
  meet(from: NodeId, life: Incarnation): void {
    if (!this.isStale(from, life)) this.#newest.set(from, { disk: life.disk, boot: life.boot });
  }

  /** False when the connection is to be read no further until `resume` is called. */
  push(from: NodeId, lane: Lane, item: Received, resume: () => void): boolean {
    return this.#lanes[item.shard]![lane].push(from, item, resume);
  }
}

class LaneInbox implements Source {
  readonly #counters: Counters;
  readonly #isStale: (from: NodeId, item: Incarnation) => boolean;
  readonly #peers: Waiting[] = [];
  #turn = 0;

  constructor(counters: Counters, isStale: (from: NodeId, item: Incarnation) => boolean) {
    this.#counters = counters;
    this.#isStale = isStale;
  }

  get waiting(): number {
    return this.#peers.reduce((sum, { queue }) => sum + queue.size, 0);
  }

  push(from: NodeId, item: Received, resume: () => void): boolean {
    let peer = this.#peers.find((waiting) => waiting.from === from);
    if (peer === undefined) {
      peer = { from, queue: new MessageQueue<Received>(), resume: null };
      this.#peers.push(peer);
    }
    peer.queue.push(item);
    if (peer.queue.size < most.messages && peer.queue.bytes < most.bytes) return true;
    peer.resume = resume;
    return false;
  }

  take({ now, wall }: Clock): Taken | null {
    for (let tried = 0; tried < this.#peers.length; tried += 1) {
      const peer = this.#peers[this.#turn % this.#peers.length]!;
      this.#turn += 1;
      const item = this.#next(peer);
      if (item === undefined) continue;
      const { message, disk, boot, bytes } = item;
      return { input: { type: 'message', from: peer.from, disk, boot, message, now, wall }, bytes };
    }
    return null;
  }

  #next(peer: Waiting): Received | undefined {
    let item = peer.queue.shift();
    while (item !== undefined && this.#isStale(peer.from, item)) {
      this.#counters.count('stale-message');
      item = peer.queue.shift();
    }
    if (peer.queue.size * 2 < most.messages && peer.queue.bytes * 2 < most.bytes) {
      const { resume } = peer;
      peer.resume = null;
      resume?.();
    }
    return item;
  }
}
