import type { FlowCount } from '../faults/fault.ts';
import { Passage, type PassageHost, type Sent } from '../faults/passage.ts';
import type { Fate } from '../faults/shape.ts';
import { noCount, type BegunFrame } from './frame-scanner.ts';
import type { Shaping } from './flow-state.ts';
import type { Scanner } from './scanner.ts';
import { Unit } from './unit.ts';

/** What a way asks of the pipe it belongs to. */
export interface WayHost {
  readonly connection: object;
  /** False while nothing may leave. */
  readonly passing: boolean;
  /** Something was paid for: it may be due, and there is room for more. */
  paid(now: number): void;
}

/**
 * Where the bytes of one way of one connection are under a shape. Cuts them into frames where those are to be
 * told apart, and counts what faults do to them; the rest is a `Passage`'s.
 */
export class ShapedWay implements PassageHost<Unit> {
  readonly #host: WayHost;
  readonly #passage: Passage<Unit>;
  #shaping: Shaping | null;
  /** All that is here, once each. */
  readonly #units = new Set<Unit>();
  /** A frame that has not all come. */
  #partial: Buffer[] = [];
  #partialWhole = false;
  #bytes = 0;
  /** What has left ends where a message ends. */
  #between: boolean;

  constructor(host: WayHost, shaping: Shaping | null, between: boolean) {
    this.#host = host;
    this.#passage = new Passage(this, shaping);
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
    return this.#bytes === 0 && this.#passage.empty && !this.#passage.tellsApart;
  }

  /** Nothing waits for bandwidth: more may be taken in. */
  get ready(): boolean {
    return this.#passage.ready;
  }

  get passing(): boolean {
    return this.#host.passing;
  }

  /** Another shape is in force; what is under way goes on under it. */
  reshape(shaping: Shaping | null, now: number): void {
    this.#shaping = shaping;
    this.#passage.reshape(shaping, now);
  }

  freeze(now: number): void {
    this.#passage.freeze(now);
  }

  thaw(now: number): void {
    this.#passage.thaw(now);
  }

  take(chunk: Buffer, scanner: Scanner, now: number): void {
    this.#bytes += chunk.length;
    const { frames } = scanner;
    if (!this.#framed || frames === null || frames.garbage) {
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
    this.#passage.enterLast(new Unit(Buffer.alloc(0), true, end), now);
  }

  /** What leaves now, or null. */
  next(now: number): Unit | null {
    if (!this.#between) this.#dropCutOff();
    const unit = this.#passage.next(now, this.#between);
    if (unit === null) return null;
    this.#between = unit.between;
    this.#gone(unit);
    return unit;
  }

  dueAt(): number | null {
    return this.#passage.dueAt(this.#between);
  }

  clear(): void {
    this.#passage.clear();
    this.#partial = [];
    this.#partialWhole = false;
    this.#units.clear();
    this.#bytes = 0;
  }

  paid(now: number): void {
    this.#host.paid(now);
  }

  drawn(unit: Unit, sent: Sent, fate: Fate): void {
    const { lostBy, stalledBy, strays } = fate;
    if (this.#shaping !== null) this.#count(this.#shaping, unit, sent, { lostBy, stalledBy, strays });
    unit.copies = strays.length + (fate.line === null ? 0 : 1);
    this.#bytes += (unit.copies - 1) * unit.bytes.length;
    if (unit.copies === 0) this.#units.delete(unit);
  }

  /** A frame that a fault has begun to tell apart is whole before anything else is done with it. */
  get #framed(): boolean {
    return this.#shaping?.framed === true || this.#partial.length > 0 || this.#passage.tellsApart;
  }

  /** One copy of it is not here any more. */
  #gone(unit: Unit): void {
    this.#bytes -= unit.bytes.length;
    if (unit.copies > 1) unit.copies -= 1;
    else this.#units.delete(unit);
  }

  /** The sender died within a message, and its stream with it: what strays would become a part of that message. */
  #dropCutOff(): void {
    for (const { item, by } of this.#passage.takeCutOff()) {
      this.#gone(item);
      if (!this.#units.has(item) && !item.hasPassed) this.#shaping?.hit(by)?.count('lost', 1);
    }
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
      this.#enter(
        unit,
        { class: null, bytes: foreign ? bytes.length : 0, sole: true, later: false, more: false },
        now,
      );
    }
  }

  #takeFrame({ class: messageClass, part, parts }: BegunFrame, now: number): void {
    const bytes = this.#partial.length === 1 ? this.#partial[0]! : Buffer.concat(this.#partial);
    const whole = this.#partialWhole;
    this.#partial = [];
    this.#partialWhole = false;
    const unit = new Unit(bytes, part === parts - 1, null);
    if (whole) unit.add(messageClass, 1);
    const sent = {
      class: messageClass,
      bytes: bytes.length,
      sole: parts === 1,
      later: part > 0,
      more: part < parts - 1,
    };
    // The rest of a frame that was begun before it had to be told apart only follows.
    this.#enter(unit, whole ? sent : null, now);
  }

  /** What has come of a frame goes as it is: it will not be told apart. */
  #flushPartial(now: number): void {
    if (this.#partial.length === 0) return;
    const unit = new Unit(Buffer.concat(this.#partial), false, null);
    this.#partial = [];
    this.#partialWhole = false;
    this.#enter(unit, null, now);
  }

  #enter(unit: Unit, sent: Sent | null, now: number): void {
    this.#units.add(unit);
    this.#passage.enter(unit, sent, unit.bytes.length, now);
  }

  #count(
    shaping: Shaping,
    unit: Unit,
    sent: Sent,
    { lostBy, stalledBy, strays }: Pick<Fate, 'lostBy' | 'stalledBy' | 'strays'>,
  ): void {
    const hits = new Set(lostBy === null ? shaping.slowing(sent.class) : []);
    const note = (id: string | null, what: FlowCount): void => {
      // The fault that a message is being lost to may have ended in the middle of it: its last word is said.
      const hit = id === null ? undefined : shaping.hit(id);
      if (hit === undefined) return;
      hits.add(hit);
      hit.count(what, 1);
    };
    note(lostBy, 'lost');
    note(stalledBy, 'stalled');
    for (const { by, why } of strays) note(by, why === 'duplicate' ? 'duplicated' : 'reordered');
    unit.hitBy([...hits], this.#host.connection);
  }
}
