import type { NodeConditions } from '../faults/conditions.ts';
import { FaultyMachine } from '../faults/machine.ts';
import type { DiskState } from '../store/session.ts';
import { machineTime } from './clock.ts';

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));

/** As a system call does that waits for a disk: nothing else of this process runs meanwhile. */
function sleep(ms: number): void {
  Atomics.wait(nobodyWakes, 0, 0, ms);
}

/** The machine of a node process: what its faults hit is counted since the process began. */
export class Machine extends FaultyMachine {
  readonly disk: DiskState = {
    isFull: () => {
      if (!this.conditions.diskFull) return false;
      this.hit('diskFull', 'refused');
      return true;
    },
    committed: () => {
      const { diskSlowMs } = this.conditions;
      if (diskSlowMs === 0) return;
      sleep(diskSlowMs);
      this.hit('diskSlowMs', 'commits');
      this.hit('diskSlowMs', 'waitMs', diskSlowMs);
    },
  };
  readonly #listeners = new Set<() => void>();

  constructor() {
    super(machineTime);
  }

  override apply(conditions: NodeConditions): void {
    super.apply(conditions);
    for (const tell of this.#listeners) tell();
  }

  /** Calls `listener` at each change, until the answered function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
