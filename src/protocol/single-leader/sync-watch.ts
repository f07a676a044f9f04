import { formatPosition, type Position } from '../position.ts';
import type { Core } from './core.ts';
import { formatSync, type OnSyncLost } from './settings.ts';

/**
 * F6: notices that the followers a write must wait for have gone silent, and says so. What follows is the
 * operator's choice: `block` keeps writes waiting until their timeout, `degrade` goes on without, `handover`
 * names another follower. Never silently.
 */
export class SyncWatch {
  degraded = false;
  readonly #core: Core;
  #lost = false;
  #coveredIndex = 0;
  #coveredAtMs: number;

  constructor(core: Core) {
    this.#core = core;
    this.#coveredAtMs = core.now;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Coverage as it is now; it is whole again only when it reaches the end of the leader's log. */
  covered(position: Position): void {
    if (position.index > this.#coveredIndex) {
      this.#coveredIndex = position.index;
      this.#coveredAtMs = this.#core.now;
    }
    if (!this.#lost || position.index < this.#core.durable.index) return;
    this.#lost = false;
    this.degraded = false;
    this.#core.trace('sync-restored', { at: formatPosition(position) });
  }

  /** A change of settings, or another follower named, begins a new wait. */
  restart(): void {
    this.#coveredAtMs = this.#core.now;
    this.#lost = false;
    this.degraded = false;
  }

  /** When the oldest wait, begun at `sinceMs`, counts as a loss. */
  dueMs(sinceMs: number): number {
    return Math.max(sinceMs, this.#coveredAtMs) + this.#core.settings.syncTimeoutMs;
  }

  /** The policy to carry out now, or null while nothing is lost. `sinceMs`: the oldest waiting write. */
  check(sinceMs: number): OnSyncLost | null {
    if (this.degraded || this.#core.now < this.dueMs(sinceMs)) return null;
    const { onSyncLost, sync } = this.#core.settings;
    const at = formatPosition(this.#core.durable);
    if (!this.#lost) this.#core.trace('sync-lost', { at, sync: formatSync(sync), then: onSyncLost });
    this.#lost = true;
    if (onSyncLost === 'degrade') {
      this.degraded = true;
      this.#core.trace('sync-degraded', { at });
    }
    return onSyncLost;
  }
}
