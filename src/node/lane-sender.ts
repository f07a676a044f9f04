import { connect, type Socket } from 'node:net';
import type { Rng } from '../lib/rng.ts';
import type { Lane } from '../protocol/message-class.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';
import type { NodeClock } from './clock.ts';
import type { Counters } from './counters.ts';
import { encodeFrames } from './frame-codec.ts';
import type { Hello } from './hello.ts';
import { MessageQueue, type Queued } from './message-queue.ts';

/**
 * What may wait for one peer, in bytes, for each shard. Together with one bulk chunk of 256 KiB as JSON it stays under the
 * 1.5 MiB of T6. An empty queue takes any one message.
 */
const boundBytes: Readonly<Record<Lane, number>> = { ctl: 64 * 1024, log: 1088 * 1024, bulk: 256 * 1024 };
/** One write: several frames, since a write costs more than a frame does. */
const writeBytes = 64 * 1024;
const backoffMs = { least: 50, most: 500 };
/** A connection that lived this long was a real one: the next dial begins at the least backoff again. */
const stableMs = 1000;

export interface LaneSenderOptions {
  readonly to: NodeId;
  readonly port: number;
  readonly lane: Lane;
  /** Those that share it: each may fill what one could. */
  readonly shards: number;
  readonly clock: NodeClock;
  readonly rng: Rng;
  readonly counters: Counters;
  /** A new hello for each dial. */
  hello(): Hello;
  /** The queue has begun to overflow; told once until it was empty again. */
  onOverflow(to: NodeId, lane: Lane): void;
}

interface Outgoing extends Queued {
  readonly frames: readonly Buffer[];
}

/**
 * One lane to one peer: dials when there is something to send, writes while the socket needs no drain, dials
 * again after an error or a close and for no other reason (T7: held is not dead). What a lost connection
 * had taken is not sent again (T5); what still waited is.
 */
export class LaneSender {
  readonly #options: LaneSenderOptions;
  readonly #queue = new MessageQueue<Outgoing>();
  /** Frames of the message being written; its first ones are on the present connection. */
  #current: Buffer[] = [];
  #socket: Socket | null = null;
  #open = false;
  #openedAt = 0;
  #failures = 0;
  #notBefore = 0;
  #redial: NodeJS.Timeout | null = null;
  #flushing = false;
  #overflowing = false;
  #closed = false;

  constructor(options: LaneSenderOptions) {
    this.#options = options;
  }

  /** Bytes in this process: waiting here, or in the socket. */
  get queuedBytes(): number {
    const current = this.#current.reduce((sum, frame) => sum + frame.length, 0);
    return this.#queue.bytes + current + (this.#socket?.writableLength ?? 0);
  }

  send(message: Message, shard: number): void {
    if (this.#closed) return;
    let frames;
    try {
      frames = encodeFrames(message, shard);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#options.counters.count('message-too-large');
      return;
    }
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (!this.#makeRoom(bytes)) return;
    this.#queue.push({ message, shard, frames, bytes });
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    if (this.#redial !== null) clearTimeout(this.#redial);
    this.#socket?.destroy();
  }

  /**
   * Over the bound something goes, and is counted. On ctl the oldest: the newest says how things are now. On
   * the others the new one: what lies before a gap is still of use to the receiver, what lies behind is not.
   */
  #makeRoom(bytes: number): boolean {
    const { lane, shards, counters } = this.#options;
    while (this.queuedBytes > 0 && this.queuedBytes + bytes > boundBytes[lane] * shards) {
      this.#noteOverflow();
      counters.count('queue-full');
      if (lane !== 'ctl' || this.#queue.shift() === undefined) return false;
    }
    return true;
  }

  #noteOverflow(): void {
    if (this.#overflowing) return;
    this.#overflowing = true;
    this.#options.onOverflow(this.#options.to, this.#options.lane);
  }

  #wake(): void {
    if (this.#socket === null) this.#dialWhenDue();
    else if (this.#open && !this.#flushing) {
      this.#flushing = true;
      // Behind the code that runs now: what one turn sends leaves in one write.
      queueMicrotask(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
  }

  #dialWhenDue(): void {
    if (this.#redial !== null || this.#closed) return;
    const waitMs = this.#notBefore - this.#options.clock.now();
    if (waitMs <= 0) {
      this.#dial();
      return;
    }
    this.#redial = setTimeout(
      () => {
        this.#redial = null;
        this.#dial();
      },
      Math.ceil(this.#options.clock.timerMs(waitMs)),
    );
  }

  #dial(): void {
    const socket = connect({ host: '127.0.0.1', port: this.#options.port, noDelay: true });
    this.#socket = socket;
    socket.on('connect', () => {
      this.#open = true;
      this.#openedAt = this.#options.clock.now();
      for (const frame of encodeFrames(this.#options.hello())) socket.write(frame);
      this.#flush();
    });
    socket.on('drain', () => this.#flush());
    // Nothing but the end is ever to be read here (T1).
    socket.on('data', () => {
      this.#options.counters.count('bytes-back');
      socket.destroy();
    });
    // 'close' follows, and is where it is dealt with.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#onClose());
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket === null || !this.#open || socket.destroyed) return;
    while (!socket.writableNeedDrain) {
      const batch = this.#takeBatch();
      if (batch.length === 0) break;
      socket.write(batch.length === 1 ? batch[0]! : Buffer.concat(batch));
    }
    if (this.#queue.size === 0 && this.#current.length === 0) this.#overflowing = false;
  }

  #takeBatch(): Buffer[] {
    const batch: Buffer[] = [];
    for (let bytes = 0; bytes < writeBytes;) {
      if (this.#current.length === 0) {
        const item = this.#queue.shift();
        if (item === undefined) break;
        this.#current = [...item.frames];
      }
      const frame = this.#current.shift()!;
      batch.push(frame);
      bytes += frame.length;
    }
    return batch;
  }

  #onClose(): void {
    const now = this.#options.clock.now();
    if (this.#open && now - this.#openedAt >= stableMs) this.#failures = 0;
    this.#socket = null;
    this.#open = false;
    if (this.#current.length > 0) this.#options.counters.count('cut-message');
    this.#current = [];
    const cap = Math.min(backoffMs.most, backoffMs.least * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    this.#notBefore = now + this.#options.rng.between(Math.max(backoffMs.least, cap / 2), cap);
    if (this.#queue.size > 0) this.#dialWhenDue();
  }
}
