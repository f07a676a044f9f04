import type { Hash48 } from '../../lib/hash.ts';
import { entryBytes, type Entry } from '../entry.ts';
import type { DiskId, NodeId } from '../node-id.ts';
import type { Position } from '../position.ts';
import type { FollowerStatus } from '../protocol.ts';
import type { Core } from './core.ts';
import type { Ack, StreamId, Subscribe } from './message.ts';

/** F4: what may be on its way to one follower. The log on disk is the queue; nothing else waits in memory. */
const windowBytes = 1024 * 1024;
const windowEntries = 1024;
const probeMs = 500;

/** A leader's stream to one follower: what it was sent, what it has answered. */
export class Stream {
  readonly id: NodeId;
  readonly disk: DiskId;
  readonly stream: StreamId;
  received: Position;
  durable: Position;
  applied: Position;
  readonly #core: Core;
  #sent: Position;
  #sentChain: Hash48;
  readonly #unacked: { readonly index: number; readonly bytes: number }[] = [];
  #unackedBytes = 0;
  /** When the follower last made progress, or had nothing to answer for. */
  #progressAt: number;

  constructor(core: Core, id: NodeId, disk: DiskId, subscribe: Subscribe) {
    this.#core = core;
    this.id = id;
    this.disk = disk;
    this.stream = subscribe.stream;
    this.received = subscribe.last;
    this.durable = subscribe.last;
    this.applied = core.store.log.base();
    this.#sent = subscribe.last;
    this.#sentChain = subscribe.chain;
    this.#progressAt = core.now;
  }

  /** Tells the follower that its stream is taken, with the first entries or without. */
  open(): void {
    if (!this.pump([])) this.#append([]);
  }

  /** Sends what the window allows; `fresh` are the entries just committed, to save reading them back. */
  pump(fresh: readonly Entry[]): boolean {
    let sent = false;
    while (this.#sent.index < this.#core.durable.index) {
      const entries = this.#fitting(this.#next(fresh));
      if (entries.length === 0) break;
      this.#append(entries);
      sent = true;
    }
    return sent;
  }

  /** True when the acknowledgement told something new. */
  onAck(ack: Ack): boolean {
    const progress = ack.durable.index > this.durable.index || ack.applied.index > this.applied.index;
    if (ack.received.index > this.received.index) this.received = ack.received;
    if (ack.durable.index > this.durable.index) this.durable = ack.durable;
    if (ack.applied.index > this.applied.index) this.applied = ack.applied;
    while (this.#unacked.length > 0 && this.#unacked[0]!.index <= this.received.index) {
      this.#unackedBytes -= this.#unacked.shift()!.bytes;
    }
    if (progress) this.#progressAt = this.#core.now;
    return progress;
  }

  /** F4: a follower that owes an answer gets one empty append per period; its answer says where it is. */
  probe(rttMs: number): void {
    if (this.#unacked.length === 0) {
      this.#progressAt = this.#core.now;
      return;
    }
    if (this.#core.now - this.#progressAt < Math.max(probeMs, 4 * rttMs)) return;
    this.#progressAt = this.#core.now;
    this.#append([]);
  }

  status(): FollowerStatus {
    const { id, disk, received, durable, applied } = this;
    return {
      id,
      disk,
      received,
      durable,
      applied,
      unackedBytes: this.#unackedBytes,
      unackedEntries: this.#unacked.length,
    };
  }

  #next(fresh: readonly Entry[]): readonly Entry[] {
    const offset = this.#sent.index + 1 - (fresh[0]?.at.index ?? Number.POSITIVE_INFINITY);
    if (offset >= 0) return fresh.slice(offset);
    return this.#core.store.log.read(this.#sent, windowBytes - this.#unackedBytes);
  }

  /** The leading entries that the window still takes; one that alone exceeds it goes when nothing is out. */
  #fitting(entries: readonly Entry[]): readonly Entry[] {
    let bytes = this.#unackedBytes;
    let count = 0;
    for (const entry of entries) {
      const out = this.#unacked.length + count;
      if (out > 0 && (out >= windowEntries || bytes + sizeOf(entry) > windowBytes)) break;
      bytes += sizeOf(entry);
      count += 1;
    }
    return entries.slice(0, count);
  }

  #append(entries: readonly Entry[]): void {
    const { promised, committed } = this.#core;
    const previous = this.#sent;
    const previousChain = this.#sentChain;
    if (this.#unacked.length === 0) this.#progressAt = this.#core.now;
    for (const entry of entries) {
      this.#unacked.push({ index: entry.at.index, bytes: sizeOf(entry) });
      this.#unackedBytes += sizeOf(entry);
      this.#sent = entry.at;
      this.#sentChain = entry.chain;
    }
    this.#core.send(this.id, {
      class: 'append',
      epoch: promised,
      stream: this.stream,
      previous,
      previousChain,
      entries,
      committed,
    });
  }
}

const sizes = new WeakMap<Entry, number>();

/** Entries go to every follower: each is measured once. */
function sizeOf(entry: Entry): number {
  const known = sizes.get(entry);
  if (known !== undefined) return known;
  const bytes = entryBytes(entry);
  sizes.set(entry, bytes);
  return bytes;
}
