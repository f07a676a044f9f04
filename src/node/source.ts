import type { Clock } from '../protocol/turn.ts';
import type { Input } from '../protocol/protocol.ts';

export interface Taken {
  readonly input: Input;
  /** What it counts for in the turn's bound (T9). */
  readonly bytes: number;
}

/** Somewhere inputs wait for a turn. */
export interface Source {
  /** The next input, stamped with the turn's time; null when none waits. */
  take(at: Clock): Taken | null;
  /** Inputs that wait, at most: some may be gone when they are taken (T4, T11). */
  readonly waiting: number;
}
