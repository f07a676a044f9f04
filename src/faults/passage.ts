import type { Rng } from '../lib/rng.ts';
import type { Gate, Payer } from './bandwidth.ts';
import { DelayLine } from './delay-line.ts';
import { drawFate, type Fate, type Shape, type Traffic } from './shape.ts';

/** What all connections of a flow share while a shape is in force on it. */
export interface Conduit {
  readonly shape: Shape;
  readonly gate: Gate;
  readonly rng: Rng;
}

/** A frame or chunk as it comes. */
export interface Sent extends Traffic {
  /** A later part of a message: it fares as the first one did. */
  readonly later: boolean;
  /** Another part of its message comes after it. */
  readonly more: boolean;
}

export interface PassageHost<T> {
  /** False while nothing may leave. */
  readonly passing: boolean;
  /** What becomes of an item that has paid; it is under way when this returns, unless it is lost. */
  drawn(item: T, sent: Sent, fate: Fate): void;
  /** Something was paid for: it may be due, and there is room for more. */
  paid(now: number): void;
}

interface Unpaid<T> {
  readonly item: T;
  /** Null: it has no fate of its own, and only follows. */
  readonly sent: Sent | null;
  owes: number;
}

const noShape: Shape = [];
const plain: Fate = { line: { jitter: 0, extraMs: 0 }, strays: [], lostBy: null, stalledBy: null };

/**
 * One way of one connection under a shape: what enters pays for its bandwidth, meets its fate, and is under
 * way until its time has come. Knows neither bytes nor clock, so that proxy and simulator share it.
 */
export class Passage<T> implements Payer {
  readonly #host: PassageHost<T>;
  readonly #line = new DelayLine<T>();
  #conduit: Conduit | null = null;
  #unpaid: Unpaid<T>[] = [];
  /** The fault that the first frame of a message in parts was lost to. */
  #losing: string | null = null;
  /** Comes behind everything, once all is paid for. */
  #last: { readonly item: T } | null = null;

  constructor(host: PassageHost<T>, conduit: Conduit | null) {
    this.#host = host;
    this.#conduit = conduit;
  }

  get empty(): boolean {
    return this.#unpaid.length === 0 && this.#line.empty && this.#last === null;
  }

  /** Frames have to be told apart, whatever the shape in force: a stray has to find its place, a message its end. */
  get tellsApart(): boolean {
    return this.#line.hasStrays || this.#losing !== null;
  }

  /** Nothing waits for bandwidth: more may be taken in. */
  get ready(): boolean {
    return this.#unpaid.length === 0;
  }

  get owes(): Payer['owes'] {
    const first = this.#unpaid[0];
    if (first === undefined || !this.#host.passing) return null;
    return { class: first.sent?.class ?? null, bytes: first.owes };
  }

  /** Another shape is in force, or none (null); what is under way goes on under it. */
  reshape(conduit: Conduit | null, now: number): void {
    this.#conduit?.gate.leave(this);
    this.#conduit = conduit;
    const unpaid = this.#unpaid;
    this.#unpaid = [];
    for (const one of unpaid) this.#queue(one, now);
    this.#enterLastIfPaid(now);
  }

  enter(item: T, sent: Sent | null, bytes: number, now: number): void {
    this.#queue({ item, sent, owes: bytes }, now);
  }

  /** Comes behind everything, strays too. */
  enterLast(item: T, now: number): void {
    this.#last = { item };
    this.#enterLastIfPaid(now);
  }

  pay(bytes: number, now: number): void {
    const first = this.#unpaid[0]!;
    first.owes -= bytes;
    if (first.owes > 0) return;
    this.#unpaid.shift();
    this.#depart(first, now);
    this.#enterLastIfPaid(now);
    this.#host.paid(now);
  }

  /** What leaves now, or null. `between`: something may be put in behind what left before. */
  next(now: number, between: boolean): T | null {
    return this.#line.next(this.#shape, now, between);
  }

  /** When `next` is worth asking again; null: not before something changes. */
  dueAt(between: boolean): number | null {
    return this.#line.dueAt(this.#shape, between);
  }

  freeze(now: number): void {
    this.#line.freeze(now);
  }

  thaw(now: number): void {
    this.#line.thaw(now);
  }

  /** Takes the strays that can never leave, since the stream has ended within a message; `by`: what made them stray. */
  takeCutOff(): readonly { readonly item: T; readonly by: string }[] {
    return this.#line.takeCutOff();
  }

  /** Answers what has not left. */
  clear(): readonly T[] {
    this.#conduit?.gate.leave(this);
    const unpaid = this.#unpaid.map(({ item }) => item);
    if (this.#last !== null) unpaid.push(this.#last.item);
    this.#unpaid = [];
    this.#losing = null;
    this.#last = null;
    return [...this.#line.clear(), ...unpaid];
  }

  get #shape(): Shape {
    return this.#conduit?.shape ?? noShape;
  }

  #queue(one: Unpaid<T>, now: number): void {
    const gate = this.#conduit?.gate;
    if (this.#unpaid.length === 0 && (gate === undefined || gate.isOpen(one.sent?.class ?? null))) {
      return this.#depart(one, now);
    }
    this.#unpaid.push(one);
    gate?.join(this);
  }

  #depart({ item, sent }: Unpaid<T>, now: number): void {
    const fate = sent === null ? plain : this.#fateOf(sent);
    if (sent !== null) this.#host.drawn(item, sent, fate);
    this.#line.enter(item, sent?.class ?? null, fate, this.#shape, now);
  }

  #enterLastIfPaid(now: number): void {
    if (this.#last === null || this.#unpaid.length > 0) return;
    this.#line.enterLast(this.#last.item, now);
    this.#last = null;
  }

  /** Later parts fare as the first one did, whatever is in force by then. */
  #fateOf(sent: Sent): Fate {
    const losing = sent.later ? this.#losing : null;
    const conduit = sent.later ? null : this.#conduit;
    const fate =
      conduit === null
        ? { ...plain, ...(losing === null ? {} : { line: null, lostBy: losing }) }
        : drawFate(conduit.shape, sent, conduit.rng);
    this.#losing = sent.more ? fate.lostBy : null;
    return fate;
  }
}
