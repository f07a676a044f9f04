import type { Socket } from 'node:net';
import type { Flow } from '../faults/fault.ts';
import type { Hit } from './hit.ts';
import { HoldQueue } from './hold-queue.ts';
import { isBlocked, readBytes, reset } from './socket.ts';
import type { Passed, TrafficCount } from './traffic.ts';

/** What one way of a link is judged to be now; shared by its connections and changed under their hands. */
export interface FlowState {
  readonly flow: Flow;
  held: boolean;
  /** Of the faults that hold it. A change of them is another array, never a change of this one. */
  hits: readonly Hit[];
}

/** Counts what begins in a chunk. */
export type Scan = (chunk: Buffer, count: TrafficCount) => void;

/** Per connection and direction, what waits here and in the sink's stream together (T8). */
export const holdBytes = 256 * 1024;

/**
 * `open`; `ended`: the source's FIN has been read and is to follow the bytes; `passed`: it has; `reset`: the
 * source's RST has been read, its bytes are gone, and it is to be passed on; `dead`: nothing passes any more.
 */
type End = 'open' | 'ended' | 'passed' | 'reset' | 'dead';

/**
 * One way of one connection: bytes from `source` to `sink`. The one place where a chunk is judged
 * (`#arrive`) and the one where what waited is let go (`release`).
 *
 * 1. Bytes leave in the order they came, FIN after them: while anything waits, new bytes wait behind it.
 * 2. While the flow is held nothing leaves: no byte, no FIN, no RST (T8).
 * 3. While held it keeps reading up to `holdBytes`, so that it notices the end of its source (P6); while
 *    passing it reads only when the sink takes all (back-pressure).
 * 4. A source's RST takes what it had sent and has not left here with it.
 */
export class Pipe {
  readonly #flow: FlowState;
  readonly #scan: Scan;
  readonly #passed: Passed;
  /** Whom hits are counted for: the connection. */
  readonly #connection: object;
  readonly #queue = new HoldQueue();
  #source: Socket | null = null;
  #sink: Socket | null = null;
  #reading = false;
  #end: End = 'open';

  constructor(flow: FlowState, scan: Scan, passed: Passed, connection: object) {
    this.#flow = flow;
    this.#scan = scan;
    this.#passed = passed;
    this.#connection = connection;
  }

  get flow(): Flow {
    return this.#flow.flow;
  }

  /** True while the flow is held: what waits then waits for a heal. */
  get held(): boolean {
    return this.#flow.held;
  }

  get waiting(): { readonly frames: number; readonly bytes: number } {
    return { frames: this.#queue.frames, bytes: this.#queue.bytes };
  }

  get waitingBytes(): number {
    return this.#queue.bytes;
  }

  /** The source's FIN has been read. */
  get ended(): boolean {
    return this.#end === 'ended' || this.#end === 'passed';
  }

  readFrom(source: Socket): void {
    this.#source = source;
    this.#reading = true;
    source.on('data', (chunk: Buffer) => this.#arrive(chunk));
    source.on('end', () => this.#finish());
  }

  writeTo(sink: Socket): void {
    this.#sink = sink;
    sink.on('drain', () => this.release());
    this.release();
  }

  /** The flow's faults have changed: what waits is held by the new ones too, or leaves. */
  rejudged(): void {
    const hits = this.#flow.hits;
    this.#queue.heldBy(hits, this.#connection);
    if (this.#end === 'ended' || this.#end === 'reset') this.touch();
    this.release();
  }

  /** Something without bytes (an opening, FIN, RST) waits on this flow. */
  touch(): void {
    for (const hit of this.#flow.hits) hit.addBytes(this.#connection, 0);
  }

  /** The source was reset: its bytes are lost, and the sink learns of it when the flow lets it (T8). */
  abort(): void {
    if (this.#end === 'dead') return;
    this.#end = 'reset';
    this.#queue.clear();
    this.touch();
    this.release();
  }

  /** The sink is gone, or the connection is over: what comes is read and dropped, so that its end is seen. */
  die(): void {
    this.#end = 'dead';
    this.#queue.clear();
    this.#steer();
  }

  /** Lets go what waits, in order, as far as the flow and the sink allow. */
  release(): void {
    const sink = this.#sink;
    if (this.#flow.held || this.#end === 'dead' || sink === null) return this.#steer();
    if (this.#end === 'reset') {
      this.#end = 'dead';
      return reset(sink);
    }
    while (!isBlocked(sink)) {
      const bytes = this.#queue.shift(this.#passed);
      if (bytes === null) break;
      sink.write(bytes);
    }
    if (this.#end === 'ended' && this.#queue.bytes === 0) {
      this.#end = 'passed';
      sink.end();
    }
    this.#steer();
  }

  #arrive(chunk: Buffer): void {
    if (this.#end === 'dead') return;
    const sink = this.#sink;
    const { held, hits } = this.#flow;
    if (!held && sink !== null && this.#queue.bytes === 0 && !isBlocked(sink)) {
      this.#scan(chunk, this.#passed);
      this.#passed.bytes += chunk.length;
      sink.write(chunk);
      if (isBlocked(sink)) this.#steer();
      return;
    }
    this.#scan(chunk, this.#queue.append(chunk, hits, this.#connection));
    this.#steer();
  }

  #finish(): void {
    if (this.#end !== 'open') return;
    this.#end = 'ended';
    this.touch();
    this.release();
  }

  /** Reads or pauses the source. */
  #steer(): void {
    const read = this.#end === 'dead' || this.#hasRoom();
    if (this.#source === null || read === this.#reading) return;
    this.#reading = read;
    if (read) this.#source.resume();
    else this.#source.pause();
  }

  #hasRoom(): boolean {
    const unsent = this.#sink?.writableLength ?? 0;
    if (this.#flow.held) return this.#queue.bytes + unsent + readBytes <= holdBytes;
    return this.#queue.bytes === 0 && (this.#sink === null || !isBlocked(this.#sink));
  }
}
