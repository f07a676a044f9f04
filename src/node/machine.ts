import { sound, type Aspect, type NodeConditions } from '../faults/conditions.ts';
import { SkewedClock } from '../faults/skewed-clock.ts';
import type { DiskState } from '../store/session.ts';
import { machineTime } from './clock.ts';

/** By fault id, then by what was hit: how often, or for how long. Since this process began. */
export type ConditionHits = Readonly<Record<string, Readonly<Record<string, number>>>>;

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** As a system call does that waits for a disk: nothing else of this process runs meanwhile. */
function sleep(ms: number): void {
  Atomics.wait(nobodyWakes, 0, 0, ms);
}

/** The machine that the node runs on, as the faults in force make it. What they hit is counted for each. */
export class Machine {
  readonly clock = new SkewedClock(machineTime);
  readonly disk: DiskState = {
    isFull: () => {
      if (!this.#conditions.diskFull) return false;
      this.hit('diskFull', 'refused');
      return true;
    },
    committed: () => {
      const { diskSlowMs } = this.#conditions;
      if (diskSlowMs === 0) return;
      sleep(diskSlowMs);
      this.hit('diskSlowMs', 'commits');
      this.hit('diskSlowMs', 'waitMs', diskSlowMs);
    },
  };
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

  /** Calls `listener` at each change, until the answered function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Counts for every fault that makes this aspect what it is. */
  hit(aspect: Aspect, what: string, count = 1): void {
    for (const id of this.#conditions.by[aspect]) {
      const counts = this.#hits.get(id) ?? new Map<string, number>();
      this.#hits.set(id, counts.set(what, (counts.get(what) ?? 0) + count));
    }
  }
}
