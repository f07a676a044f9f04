import type { MessageClass } from '../protocol/message-class.ts';
import { isFor, type Shape, type ShapePart } from './shape.ts';

/** What one connection is granted at a time, so that a small frame never waits behind all of a large one (T2). */
const quantumBytes = 16 * 1024;
/** At a low rate less at a time, so that bytes trickle and do not come in lumps; never less than a segment. */
const quantumMs = 5;
const segmentBytes = 1448;
/** A link that was idle may be so much ahead. */
const burstMs = 10;
/** One that somebody waited for catches up what a late timer cost, so that the rate comes out all the same. */
const catchUpMs = 2000;

/** A rate as a virtual clock: each byte takes its time, and the next may go when those before it have had theirs. */
export class Bucket {
  readonly #bytesPerMs: number;
  #freeAt = -Infinity;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  get freeAt(): number {
    return this.#freeAt;
  }

  get quantumBytes(): number {
    return Math.min(quantumBytes, Math.max(segmentBytes, Math.round(this.#bytesPerMs * quantumMs)));
  }

  take(bytes: number, now: number, waited: boolean): void {
    this.#freeAt = Math.max(this.#freeAt, now - (waited ? catchUpMs : burstMs)) + bytes / this.#bytesPerMs;
  }
}

/** A connection that has something to send through a gate. */
export interface Payer {
  /** What its first frame or chunk has still to pay; null: nothing waits. */
  readonly owes: { readonly class: MessageClass | null; readonly bytes: number } | null;
  pay(bytes: number, now: number): void;
}

/** The bandwidth of one flow, shared by its connections round robin, a quantum each. */
export class Gate {
  readonly #limits: readonly { readonly part: ShapePart; readonly bucket: Bucket }[];
  #ring: Payer[] = [];
  /** Those that somebody has been waiting for since they were served last. */
  #waited: ReadonlySet<Bucket> = new Set();

  constructor(shape: Shape) {
    this.#limits = shape.flatMap((part) =>
      part.bytesPerSecond === null ? [] : [{ part, bucket: new Bucket(part.bytesPerSecond) }],
    );
  }

  /** True when frames of this class go through without waiting for anybody. */
  isOpen(messageClass: MessageClass | null): boolean {
    return this.#limits.every(({ part }) => !isFor(part, messageClass));
  }

  /** What is paid at a time for bytes of no class. */
  get quantumBytes(): number {
    return this.#quantumOf(this.#bucketsOf(null));
  }

  join(payer: Payer): void {
    if (!this.#ring.includes(payer)) this.#ring.push(payer);
  }

  leave(payer: Payer): void {
    this.#ring = this.#ring.filter((one) => one !== payer);
  }

  /** The time of a hold is nothing to catch up: nobody was let through, however long it took (T8). */
  rest(): void {
    this.#waited = new Set();
  }

  /** Grants what is free now; answers when there will be more, or null when nobody waits. */
  serve(now: number): number | null {
    let refused = 0;
    while (refused < this.#ring.length) {
      const payer = this.#ring.shift()!;
      const { owes } = payer;
      if (owes === null) continue;
      const buckets = this.#bucketsOf(owes.class);
      if (buckets.some((bucket) => bucket.freeAt > now)) {
        this.#ring.push(payer);
        refused += 1;
        continue;
      }
      const bytes = Math.min(owes.bytes, this.#quantumOf(buckets));
      for (const bucket of buckets) bucket.take(bytes, now, this.#waited.has(bucket));
      payer.pay(bytes, now);
      if (payer.owes !== null) this.join(payer);
      refused = 0;
    }
    const classes = this.#ring.flatMap(({ owes }) => (owes === null ? [] : [owes.class]));
    this.#waited = new Set(classes.flatMap((one) => this.#bucketsOf(one)));
    return classes.length === 0 ? null : Math.min(...classes.map((one) => this.#freeAt(one)));
  }

  #quantumOf(buckets: readonly Bucket[]): number {
    return Math.min(quantumBytes, ...buckets.map((bucket) => bucket.quantumBytes));
  }

  #freeAt(messageClass: MessageClass | null): number {
    return Math.max(...this.#bucketsOf(messageClass).map((bucket) => bucket.freeAt));
  }

  #bucketsOf(messageClass: MessageClass | null): readonly Bucket[] {
    return this.#limits.filter(({ part }) => isFor(part, messageClass)).map(({ bucket }) => bucket);
  }
}
