import type { Payer } from '../faults/bandwidth.ts';
import { DelayLine } from '../faults/delay-line.ts';
import { drawFate, type Fate, type Shape, type Traffic } from '../faults/shape.ts';
import { noCount, type BegunFrame } from './frame-scanner.ts';
import type { Shaping } from './flow-state.ts';
import type { LinkCount } from './hit.ts';
import type { Scanner } from './scanner.ts';
import { Unit } from './unit.ts';

const plain: Pick<Fate, 'line' | 'strays'> = { line: { jitter: 0, extraMs: 0 }, strays: [] };
const noShape: Shape = [];

interface Sent extends Traffic {
  /** A later part of a message: it fares as the first one did. */
  readonly later: boolean;
}

interface Unpaid {
  readonly unit: Unit;
  /** Null: the rest of a frame that was begun before there was a shape. It only follows. */
  readonly traffic: Sent | null;
  owes: number;
}

/** What a way asks of the pipe it belongs to. */
export interface WayHost {
  readonly connection: object;
  /** False while nothing may leave. */
  readonly passing: boolean;
  /** Something was paid for: it may be due, and there is room for more. */
  paid(now: number): void;
}

/**
 * Where the bytes of one way of one connection are under a shape: whole frames are gathered where they are to
 * be told apart, pay for their bandwidth, meet their fate, and are under way until their time has come.
 */
export class ShapedWay implements Payer {
  readonly #host: WayHost;
  readonly #line = new DelayLine<Unit>();
  #shaping: Shaping | null;
  /** All that is here, once each. */
  readonly #units = new Set<Unit>();
  #unpaid: Unpaid[] = [];
  /** A frame that has not all come. */
  #partial: Buffer[] = [];
  #partialWhole = false;
  #bytes = 0;
  /** What has left ends where a message ends. */
  #between: boolean;
  /** The fault that the first frame of a message in parts was lost to. */
  #losing: string | null = null;

  constructor(host: WayHost, shaping: Shaping | null, between: boolean) {
    this.#host = host;
    this.#shaping = shaping;
    this.#between = between;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Frames that began in the bytes that are here. */
  get frames(): number {
    return [...this.#units].reduce((sum, unit) => sum + unit.frames, this.#partialWhole ? 1 : 0);
  }

  get empty(): boolean {
    return this.#bytes === 0 && this.#unpaid.length === 0 && this.#line.empty;
  }

  /** Nothing waits for bandwidth: more may be taken in. */
  get ready(): boolean {
    return this.#unpaid.length === 0;
  }

  get owes(): Payer['owes'] {
    const first = this.#unpaid[0];
    if (first === undefined || !this.#host.passing) return null;
    return { class: first.traffic?.class ?? null, bytes: first.owes };
  }

  /** Another shape is in force; what is under way goes on under it. */
  reshape(shaping: Shaping | null, now: number): void {
    this.#shaping?.gate.leave(this);
    const wasFramed = this.#shaping?.framed ?? false;
    this.#shaping = shaping;
    if (wasFramed && shaping?.framed !== true) {
      this.#line.gather();
      this.#flushPartial(now);
    }
    const unpaid = this.#unpaid;
    this.#unpaid = [];
    for (const one of unpaid) this.#queue(one, now);
  }

  freeze(now: number): void {
    this.#line.freeze(now);
  }

  thaw(now: number): void {
    this.#line.thaw(now);
  }

  take(chunk: Buffer, scanner: Scanner, now: number): void {
    this.#bytes += chunk.length;
    const { frames } = scanner;
    if (this.#shaping?.framed !== true || frames === null || frames.garbage) {
      return this.#takeChunk(chunk, scanner, now);
    }
    for (let at = 0; at < chunk.length;) {
      if (this.#partial.length === 0) this.#partialWhole = frames.between;
      const bytes = frames.step(chunk, at, noCount);
      this.#partial.push(chunk.subarray(at, at + bytes));
      at += bytes;
      if (frames.garbage) this.#flushPartial(now);
      else if (frames.between) this.#takeFrame(frames.begun!, now);
    }
  }

  /** The stream's end follows what is here. `reset`: what is here is lost. */
  finish(end: 'fin' | 'reset', now: number): void {
    if (end === 'reset') this.clear();
    this.#flushPartial(now);
    this.#line.enter(new Unit(Buffer.alloc(0), true, end), null, plain, this.#shape, now, true);
  }

  pay(bytes: number, now: number): void {
    const first = this.#unpaid[0]!;
    first.owes -= bytes;
    if (first.owes > 0) return;
    this.#unpaid.shift();
    this.#depart(first, now);
    this.#host.paid(now);
  }

  /** What leaves now, or null. */
  next(now: number): Unit | null {
    const unit = this.#line.next(this.#shape, now, this.#between);
    if (unit === null) return null;
    this.#bytes -= unit.bytes.length;
    this.#between = unit.between;
    if (unit.copies > 1) unit.copies -= 1;
    else this.#units.delete(unit);
    return unit;
  }

  dueAt(): number | null {
    return this.#line.dueAt(this.#shape, this.#between);
  }

  clear(): void {
    this.#shaping?.gate.leave(this);
    this.#line.clear();
    this.#unpaid = [];
    this.#partial = [];
    this.#partialWhole = false;
    this.#units.clear();
    this.#bytes = 0;
  }

  get #shape(): Shape {
    return this.#shaping?.shape ?? noShape;
  }

  #takeChunk(chunk: Buffer, scanner: Scanner, now: number): void {
    const shaping = this.#shaping;
    const open = shaping === null || shaping.gate.isOpen(null);
    const sliceBytes = open ? chunk.length : shaping.gate.quantumBytes;
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const bytes = chunk.subarray(at, at + sliceBytes);
      const unit = new Unit(bytes, false, null);
      scanner.scan(bytes, unit);
      unit.between = scanner.frames?.betweenMessages ?? true;
      // Frames among which none is told apart have no fate of their own; a stream that is not ours may stall.
      const foreign = scanner.frames === null || scanner.frames.garbage;
      const traffic = { class: null, bytes: foreign ? bytes.length : 0, sole: true, later: false };
      this.#queue({ unit, traffic, owes: bytes.length }, now);
    }
  }

  #takeFrame(begun: BegunFrame, now: number): void {
    const bytes = this.#partial.length === 1 ? this.#partial[0]! : Buffer.concat(this.#partial);
    const whole = this.#partialWhole;
    this.#partial = [];
    this.#partialWhole = false;
    const unit = new Unit(bytes, begun.part === begun.parts - 1, null);
    if (whole) unit.add(begun.class, 1);
    const sent = {
      class: begun.class,
      bytes: bytes.length,
      sole: begun.parts === 1,
      later: begun.part > 0,
    };
    const traffic = whole ? sent : null;
    this.#queue({ unit, traffic, owes: bytes.length }, now);
  }

  /** What has come of a frame goes as it is: it will not be told apart. */
  #flushPartial(now: number): void {
    if (this.#partial.length === 0) return;
    const unit = new Unit(Buffer.concat(this.#partial), false, null);
    this.#partial = [];
    this.#partialWhole = false;
    this.#queue({ unit, traffic: null, owes: unit.bytes.length }, now);
  }

  #queue(one: Unpaid, now: number): void {
    this.#units.add(one.unit);
    const gate = this.#shaping?.gate;
    if (this.#unpaid.length === 0 && (gate === undefined || gate.isOpen(one.traffic?.class ?? null))) {
      return this.#depart(one, now);
    }
    this.#unpaid.push(one);
    gate?.join(this);
  }

  /** All is paid: its fate is drawn, and it is under way. */
  #depart({ unit, traffic }: Unpaid, now: number): void {
    const shaping = this.#shaping;
    if (shaping === null || traffic === null) return this.#line.enter(unit, null, plain, this.#shape, now);
    const fate = this.#fateOf(shaping, traffic);
    this.#count(shaping, unit, traffic, fate);
    unit.copies = fate.strays.length + (fate.line === null ? 0 : 1);
    this.#bytes += (unit.copies - 1) * unit.bytes.length;
    if (unit.copies === 0) this.#units.delete(unit);
    this.#line.enter(unit, traffic.class, fate, shaping.shape, now);
  }

  #fateOf(shaping: Shaping, traffic: Sent): Fate {
    const lostBy = traffic.later ? this.#losing : null;
    if (lostBy !== null) return { line: null, strays: [], lostBy, stalledBy: null };
    if (traffic.later) return { ...plain, lostBy: null, stalledBy: null };
    const fate = drawFate(shaping.shape, traffic, shaping.rng);
    this.#losing = traffic.sole ? null : fate.lostBy;
    return fate;
  }

  #count(shaping: Shaping, unit: Unit, traffic: Sent, { lostBy, stalledBy, strays }: Fate): void {
    const hits = new Set(lostBy === null ? shaping.slowing(traffic.class) : []);
    const note = (id: string | null, what: LinkCount): void => {
      if (id === null) return;
      const hit = shaping.hit(id);
      hits.add(hit);
      hit.count(what, 1);
    };
    note(lostBy, 'lost');
    note(stalledBy, 'stalled');
    for (const { by, why } of strays) note(by, why === 'duplicate' ? 'duplicated' : 'reordered');
    unit.hitBy([...hits], this.#host.connection);
  }
}
