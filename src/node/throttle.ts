import { TokenBucket } from '../lib/token-bucket.ts';
import type { Machine } from './machine.ts';

/** Saved up at most: what a rate allows in this time, so that a turn may serve several at once. */
const burstS = 0.02;

/** Holds client requests back to the rate that the machine can serve, while there is one. */
export class Throttle {
  readonly #machine: Machine;
  readonly #onOpen: () => void;
  #bucket: TokenBucket | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** When something last had to wait. */
  #shutAt = -Infinity;

  /** `onOpen`: what waited may go on. */
  constructor(machine: Machine, onOpen: () => void) {
    this.#machine = machine;
    this.#onOpen = onOpen;
    this.#bucket = bucketOf(machine);
  }

  /** The machine's conditions are others than before. */
  changed(): void {
    if (this.#machine.conditions.limitPerS === (this.#bucket?.perS ?? null)) return;
    this.#bucket = bucketOf(this.#machine);
    this.stop();
    this.#onOpen();
  }

  get rations(): boolean {
    return this.#bucket !== null;
  }

  /** Whether a request that waits may be taken now. If not, `onOpen` is called when it may. */
  isOpen(): boolean {
    if (this.#bucket === null) return true;
    const now = this.#machine.clock.now();
    const waitMs = this.#bucket.waitMs(now);
    if (waitMs === 0) return true;
    this.#shutAt = now;
    this.#timer ??= setTimeout(() => this.#open(), Math.ceil(this.#machine.clock.timerMs(waitMs)));
    return false;
  }

  /** One that has waited since `arrivedAt` is taken now. */
  pass(arrivedAt: number): void {
    if (this.#bucket === null) return;
    const now = this.#machine.clock.now();
    this.#bucket.take(now);
    this.#machine.hit('limitPerS', 'requests');
    if (this.#shutAt < arrivedAt) return;
    this.#machine.hit('limitPerS', 'delayed');
    this.#machine.hit('limitPerS', 'waitMs', now - arrivedAt);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #open(): void {
    this.#timer = null;
    this.#onOpen();
  }
}

function bucketOf({ conditions: { limitPerS }, clock }: Machine): TokenBucket | null {
  if (limitPerS === null) return null;
  return new TokenBucket(limitPerS, Math.max(1, limitPerS * burstS), clock.now());
}
