import { sound, type Aspect, type NodeConditions } from './conditions.ts';
import { SkewedClock, type MachineTime } from './skewed-clock.ts';

/** By fault id, then by what was hit: how often, or for how long. */
export type ConditionHits = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * The machine that a node runs on, as the faults in force make it, and what each of them has hit. Of one that
 * ended nothing is kept: whoever wants its last word asks before the next conditions apply.
 */
export class FaultyMachine {
  readonly clock: SkewedClock;
  readonly #hits = new Map<string, Map<string, number>>();
  #conditions: NodeConditions = sound;

  constructor(time: MachineTime) {
    this.clock = new SkewedClock(time);
    this.clock.onWrongStamp = () => this.hit('calendar', 'stamps');
    this.clock.onWrongTimer = () => this.hit('monotonicRate', 'timers');
  }

  get conditions(): NodeConditions {
    return this.#conditions;
  }

  get hits(): ConditionHits {
    return Object.fromEntries([...this.#hits].map(([id, counts]) => [id, Object.fromEntries(counts)]));
  }

  apply(conditions: NodeConditions): void {
    this.#conditions = conditions;
    this.clock.set(conditions);
    const inForce = new Set(Object.values(conditions.by).flat());
    for (const id of this.#hits.keys()) if (!inForce.has(id)) this.#hits.delete(id);
  }

  /** Counts for every fault that makes this aspect what it is. */
  hit(aspect: Aspect, what: string, count = 1): void {
    for (const id of this.#conditions.by[aspect]) {
      const counts = this.#hits.get(id) ?? new Map<string, number>();
      this.#hits.set(id, counts.set(what, (counts.get(what) ?? 0) + count));
    }
  }
}
