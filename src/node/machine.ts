import { sound, type Aspect, type NodeConditions } from '../faults/conditions.ts';
import { SkewedClock } from '../faults/skewed-clock.ts';
import { machineTime } from './clock.ts';

/** By fault id, then by what was hit: how often, or for how long. Since this process began. */
export type ConditionHits = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The machine that the node runs on, as the faults in force make it. What they hit is counted for each. */
export class Machine {
  readonly clock = new SkewedClock(machineTime);
  readonly #listeners = new Set<() => void>();
  readonly #hits = new Map<string, Map<string, number>>();
  #conditions: NodeConditions = sound;

  constructor() {
    this.clock.onWrongStamp = () => this.hit('clock', 'stamps');
  }

  get conditions(): NodeConditions {
    return this.#conditions;
  }

  get hits(): ConditionHits {
    return Object.fromEntries([...this.#hits].map(([id, counts]) => [id, Object.fromEntries(counts)]));
  }

  apply(conditions: NodeConditions): void {
    this.#conditions = conditions;
    this.clock.set(conditions.clock);
    for (const tell of this.#listeners) tell();
  }

  /** Calls `listener` at each change from now on. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Counts for every fault that makes this aspect what it is. */
  hit(aspect: Aspect, what: string, count = 1): void {
    for (const id of this.#conditions.by[aspect]) {
      const counts = this.#hits.get(id) ?? new Map<string, number>();
      this.#hits.set(id, counts.set(what, (counts.get(what) ?? 0) + count));
    }
  }
}
