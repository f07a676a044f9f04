import type { Flow } from '../faults/fault.ts';
import type { Conduit } from '../faults/passage.ts';
import { Gate } from '../faults/bandwidth.ts';
import { distance, isFor, needsFrames, type Shape } from '../faults/shape.ts';
import { createRng, type Rng } from '../lib/rng.ts';
import type { MessageClass } from '../protocol/message-class.ts';
import type { Alarmed, Alarms } from './alarms.ts';
import type { Hit } from './hit.ts';

/** What one way of a link is judged to be now; shared by its connections and changed under their hands. */
export interface FlowState {
  readonly flow: Flow;
  /** What its bytes go through without any fault. */
  readonly base: Shape;
  state: 'pass' | 'hold' | 'reset';
  /** Of the faults behind `state`. A change of them is another array, never a change of this one. */
  hits: readonly Hit[];
  /** What the flow's bytes go through while it passes; null: nothing. A change of it is another one. */
  shaping: Shaping | null;
}

/** A shape in force on one flow: its chances, its bandwidth, and what its faults hit. Distance hits nothing. */
export class Shaping implements Alarmed, Conduit {
  readonly shape: Shape;
  /** Chance comes from the faults' ids and the flow alone: the same script draws the same again. */
  readonly rng: Rng;
  readonly gate: Gate;
  /** True when frames have to be told apart. */
  readonly framed: boolean;
  readonly #hits: ReadonlyMap<string, Hit>;
  readonly #slowing = new Map<MessageClass | null, readonly Hit[]>();
  readonly #alarms: Alarms;
  #serving = false;

  constructor(shape: Shape, name: string, hitOf: (id: string) => Hit, alarms: Alarms) {
    this.shape = shape;
    const faults = shape.map(({ by }) => by).filter((by) => by !== distance);
    this.rng = createRng(`${faults.join(' ')} on ${name}`);
    this.gate = new Gate(shape);
    this.framed = needsFrames(shape);
    this.#hits = new Map(faults.map((by) => [by, hitOf(by)]));
    this.#alarms = alarms;
  }

  get hits(): readonly Hit[] {
    return [...this.#hits.values()];
  }

  hit(id: string): Hit | undefined {
    return this.#hits.get(id);
  }

  /** Those whose delay or bandwidth everything of this class meets. */
  slowing(messageClass: MessageClass | null): readonly Hit[] {
    const known = this.#slowing.get(messageClass);
    if (known !== undefined) return known;
    const hits = this.shape
      .filter((part) => part.by !== distance && isFor(part, messageClass))
      .filter((part) => part.delayMs + part.jitterMs > 0 || part.bytesPerSecond !== null)
      .map(({ by }) => this.#hits.get(by)!);
    this.#slowing.set(messageClass, hits);
    return hits;
  }

  /** Lets connections pay as far as the bandwidth goes now, and comes back when it goes further. */
  serve(now: number): void {
    if (this.#serving) return;
    this.#serving = true;
    const next = this.gate.serve(now);
    this.#serving = false;
    if (next !== null) this.#alarms.set(this, next);
  }

  ring(now: number): void {
    this.serve(now);
  }
}
