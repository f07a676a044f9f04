import type { Hit } from './hit.ts';
import { isFrame, type Passed, type TrafficClass, type TrafficCount } from './traffic.ts';

/** A frame, or a chunk, on its way through a shape. */
export class Unit implements TrafficCount {
  readonly bytes: Buffer;
  /** It ends where a message ends, so that something may be put in behind it. */
  between: boolean;
  /** The end of the stream, behind everything. */
  readonly end: 'fin' | 'reset' | null;
  /** How many of it are under way. */
  copies = 1;
  readonly #counts: (readonly [TrafficClass, number])[] = [];
  #hits: readonly Hit[] = [];
  #passed: Passed | null = null;

  constructor(bytes: Buffer, between: boolean, end: 'fin' | 'reset' | null) {
    this.bytes = bytes;
    this.between = between;
    this.end = end;
  }

  get frames(): number {
    return this.#counts.reduce((sum, [trafficClass, count]) => sum + (isFrame(trafficClass) ? count : 0), 0);
  }

  get hasPassed(): boolean {
    return this.#passed !== null;
  }

  /** A frame begins in it; told late when its header came in two. */
  add(trafficClass: TrafficClass, count: number): void {
    this.#counts.push([trafficClass, count]);
    for (const hit of this.#hits) hit.add(trafficClass, count);
    this.#passed?.add(trafficClass, count);
  }

  hitBy(hits: readonly Hit[], connection: object): void {
    this.#hits = hits;
    for (const hit of hits) {
      hit.addBytes(connection, this.bytes.length);
      for (const [trafficClass, count] of this.#counts) hit.add(trafficClass, count);
    }
  }

  pass(passed: Passed): Buffer {
    this.#passed = passed;
    passed.bytes += this.bytes.length;
    for (const [trafficClass, count] of this.#counts) passed.add(trafficClass, count);
    return this.bytes;
  }
}
