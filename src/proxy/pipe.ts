import type { Socket } from 'node:net';
import type { Flow } from '../faults/fault.ts';
import type { Alarmed, Alarms } from './alarms.ts';
import type { FlowState } from './flow-state.ts';
import { HoldQueue } from './hold-queue.ts';
import type { Scanner } from './scanner.ts';
import { ShapedWay, type WayHost } from './shaped-way.ts';
import { isBlocked, readBytes, reset } from './socket.ts';
import type { Passed } from './traffic.ts';

/** Per connection and direction, what waits here and in the sink's stream together (T8). */
export const holdBytes = 256 * 1024;

/** Per connection and direction, what may be under way: 320 MB/s at a delay of 100 ms. */
const wayBytes = 32 * 1024 * 1024;
/** So much is written at a time before the kernel is asked whether it took it all. */
const batchBytes = 256 * 1024;

/**
 * `open`; `ended`: the source's FIN has been read and is to follow the bytes; `passed`: it has; `reset`: the
 * source's RST has been read, its bytes are gone, and it is to be passed on; `dead`: nothing passes any more.
 */
type End = 'open' | 'ended' | 'passed' | 'reset' | 'dead';

/** What a pipe shares with those of its link. */
export interface PipeLink {
  readonly passed: Passed;
  readonly alarms: Alarms;
}

/**
 * One way of one connection: bytes from `source` to `sink`. The one place where a chunk is judged
 * (`#arrive`) and the one where what waited is let go (`release`).
 *
 * 1. Bytes leave in the order they came, FIN after them: while anything waits, new bytes wait behind it.
 *    Only whole frames ever leave that order, and only by a fault that says so.
 * 2. While the flow is held nothing leaves: no byte, no FIN, no RST (T8).
 * 3. While held it keeps reading up to `holdBytes`, so that it notices the end of its source (P6); while
 *    passing it reads only when the sink takes all (back-pressure), or what it reads is under way.
 * 4. A source's RST takes what it had sent and has not left here with it.
 */
export class Pipe implements Alarmed, WayHost {
  readonly #flow: FlowState;
  readonly #link: PipeLink;
  /** Whom hits are counted for. */
  readonly connection: object;
  /** Where the stream is in what has been read. */
  readonly #scanner: Scanner;
  /** And in what has gone from the queue under way; null while they are at the same place. */
  #out: Scanner | null = null;
  readonly #queue = new HoldQueue();
  /** Where bytes are under a shape; null while there is none and nothing is left of one. */
  #way: ShapedWay | null = null;
  /** The source's end is under way too. */
  #endEntered = false;
  #source: Socket | null = null;
  #sink: Socket | null = null;
  #reading = false;
  #end: End = 'open';

  constructor(flow: FlowState, scanner: Scanner, link: PipeLink, connection: object) {
    this.#flow = flow;
    this.#scanner = scanner;
    this.#link = link;
    this.connection = connection;
  }

  get flow(): Flow {
    return this.#flow.flow;
  }

  get passing(): boolean {
    return this.#flow.state === 'pass' && this.#end !== 'dead';
  }

  get waiting(): { readonly frames: number; readonly bytes: number } {
    return {
      frames: this.#queue.frames + (this.#way?.frames ?? 0),
      bytes: this.#queue.bytes + (this.#way?.bytes ?? 0),
    };
  }

  get waitingBytes(): number {
    return this.#queue.bytes + (this.#way?.bytes ?? 0);
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

  /** The flow's faults have changed: what waits and what is under way go on under the new ones, or leave. */
  rejudged(): void {
    const { hits, state, shaping } = this.#flow;
    const now = performance.now();
    this.#queue.heldBy(hits, this.connection);
    if (this.#end === 'ended' || this.#end === 'reset') this.touch();
    if (state === 'pass') this.#way?.thaw(now);
    else this.#way?.freeze(now);
    this.#way?.reshape(shaping, now);
    this.release();
  }

  /** Something without bytes (an opening, FIN, RST) waits on this flow. */
  touch(): void {
    for (const hit of this.#flow.hits) hit.addBytes(this.connection, 0);
  }

  /** The source was reset: its bytes are lost, and the sink learns of it when the flow lets it (T8). */
  abort(): void {
    if (this.#end === 'dead') return;
    this.#end = 'reset';
    this.#endEntered = false;
    this.#queue.clear();
    this.#way?.clear();
    this.touch();
    this.release();
  }

  /** The sink is gone, or the connection is over: what comes is read and dropped, so that its end is seen. */
  die(): void {
    this.#end = 'dead';
    this.#queue.clear();
    this.#way?.clear();
    this.#way = null;
    this.#steer();
  }

  /** Lets go what waits, in order, as far as the flow and the sink allow. */
  release(now = performance.now()): void {
    const sink = this.#sink;
    if (this.#flow.state !== 'pass' || this.#end === 'dead' || sink === null) return this.#steer();
    if (this.#way !== null || this.#flow.shaping !== null) return this.#releaseShaped(sink, now);
    if (this.#end === 'reset') return this.#leave('reset', sink);
    while (!isBlocked(sink)) {
      const block = this.#queue.shift();
      if (block === null) break;
      sink.write(block.pass(this.#link.passed));
    }
    if (this.#end === 'ended' && this.#queue.bytes === 0) this.#leave('fin', sink);
    this.#steer();
  }

  ring(now: number): void {
    this.release(now);
  }

  /** More of what waits may pay now, and what was paid for may be due. */
  paid(now: number): void {
    this.release(now);
  }

  #arrive(chunk: Buffer): void {
    if (this.#end === 'dead') return;
    const sink = this.#sink;
    const { state, shaping } = this.#flow;
    const direct = state === 'pass' && sink !== null && this.#queue.bytes === 0;
    if (direct && shaping === null && this.#way === null && !isBlocked(sink)) {
      this.#scanner.scan(chunk, this.#link.passed);
      this.#link.passed.bytes += chunk.length;
      sink.write(chunk);
      if (isBlocked(sink)) this.#steer();
      return;
    }
    const shaped = shaping !== null || this.#way !== null;
    if (direct && shaped && this.#shapedWay().ready) {
      const now = performance.now();
      this.#shapedWay().take(chunk, this.#scanner, now);
      return this.#releaseShaped(sink, now);
    }
    const count = this.#queue.append(chunk, this.#flow.hits, this.connection, this.#scanner);
    this.#scanner.scan(chunk, count);
    this.#steer();
  }

  #shapedWay(): ShapedWay {
    const at = this.#out ?? this.#queue.first?.start ?? this.#scanner;
    const between = at.frames?.betweenMessages ?? true;
    this.#way ??= new ShapedWay(this, this.#flow.shaping, between);
    return this.#way;
  }

  #releaseShaped(sink: Socket, now: number): void {
    const way = this.#shapedWay();
    this.#feed(way, now);
    const { shaping } = this.#flow;
    if (!way.ready) shaping?.serve(now);
    this.#drain(way, sink, now);
    if (this.#end === 'dead' || this.#way === null) return;
    this.#feed(way, now);
    const due = way.dueAt();
    if (due !== null && !isBlocked(sink)) this.#link.alarms.set(this, due);
    if (shaping === null && way.empty && this.#queue.bytes === 0) this.#way = null;
    this.#steer();
  }

  /** What waits goes under way as far as bandwidth and room allow, and the source's end after it. */
  #feed(way: ShapedWay, now: number): void {
    const most = this.#sink !== null && isBlocked(this.#sink) ? holdBytes : wayBytes;
    while (way.ready && way.bytes < most) {
      const block = this.#queue.shift();
      if (block === null) break;
      this.#out ??= block.start;
      way.take(block.bytes, this.#out, now);
    }
    if (this.#queue.bytes > 0) return;
    this.#out = null;
    if (this.#endEntered || !way.ready || (this.#end !== 'ended' && this.#end !== 'reset')) return;
    this.#endEntered = true;
    way.finish(this.#end === 'ended' ? 'fin' : 'reset', now);
  }

  #drain(way: ShapedWay, sink: Socket, now: number): void {
    while (!isBlocked(sink)) {
      sink.cork();
      let written = 0;
      let unit = way.next(now);
      while (unit !== null && unit.end === null) {
        sink.write(unit.pass(this.#link.passed));
        written += unit.bytes.length;
        unit = written < batchBytes ? way.next(now) : null;
      }
      sink.uncork();
      if (unit !== null && unit.end !== null) this.#leave(unit.end, sink);
      if (written < batchBytes) return;
    }
  }

  #leave(end: 'fin' | 'reset', sink: Socket): void {
    if (end === 'reset') {
      this.die();
      return reset(sink);
    }
    this.#end = 'passed';
    sink.end();
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
    if (this.#flow.state !== 'pass') return this.#queue.bytes + unsent + readBytes <= holdBytes;
    const way = this.#way;
    if (way === null) return this.#queue.bytes === 0 && (this.#sink === null || !isBlocked(this.#sink));
    if (this.#sink !== null && isBlocked(this.#sink))
      return this.waitingBytes + unsent + readBytes <= holdBytes;
    return this.#queue.bytes + readBytes <= holdBytes && way.bytes < wayBytes;
  }
}
