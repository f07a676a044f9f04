import type { Position } from '../position.ts';
import type { RequestId, Result } from '../request.ts';

/** A write the leader has made and not yet acknowledged. */
export interface PendingWrite {
  readonly id: RequestId;
  /** Its entry; for a write that changed nothing or was repeated, the entry its answer rests on. */
  readonly at: Position;
  readonly result: Result;
  readonly sinceMs: number;
}

/** Writes waiting for their acknowledgement rule, by index: coverage is monotone, so they leave from the front. */
export class PendingWrites {
  readonly #writes: PendingWrite[] = [];

  get size(): number {
    return this.#writes.length;
  }

  get first(): PendingWrite | null {
    return this.#writes[0] ?? null;
  }

  add(write: PendingWrite): void {
    let i = this.#writes.length;
    while (i > 0 && this.#writes[i - 1]!.at.index > write.at.index) i -= 1;
    this.#writes.splice(i, 0, write);
  }

  /** Removes and returns those at or before `index`. */
  takeCovered(index: number): readonly PendingWrite[] {
    let count = 0;
    while (count < this.#writes.length && this.#writes[count]!.at.index <= index) count += 1;
    return this.#writes.splice(0, count);
  }

  /** Removes and returns those that wait since `sinceMs` or longer. */
  takeOlder(sinceMs: number): readonly PendingWrite[] {
    const older = this.#writes.filter((write) => write.sinceMs <= sinceMs);
    if (older.length > 0) {
      const younger = this.#writes.filter((write) => write.sinceMs > sinceMs);
      this.#writes.splice(0, this.#writes.length, ...younger);
    }
    return older;
  }

  takeAll(): readonly PendingWrite[] {
    return this.#writes.splice(0);
  }

  /** When the longest-waiting one began to wait; null when none waits. */
  oldestMs(): number | null {
    let oldest: number | null = null;
    for (const write of this.#writes) if (oldest === null || write.sinceMs < oldest) oldest = write.sinceMs;
    return oldest;
  }
}
