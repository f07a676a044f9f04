import type { Rng } from '../lib/rng.ts';
import type { Position } from '../protocol/position.ts';
import { isWrite, type Op, type Outcome, type Request } from '../protocol/request.ts';
import { withSeen } from '../protocol/token.ts';

const longestWaitMs = 600;

/**
 * A client with every guarantee: it reads anywhere, and is served only after what it has seen (S1). Now and then it
 * asks without one, and so sees what a later epoch made before it is told that something of an earlier one is lost.
 */
export class SimSession {
  readonly #rng: Rng;
  #seen: readonly Position[] = [];

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  wanders(op: Op): boolean {
    return !isWrite(op) && op.kind !== 'copies' && this.#rng.chance(0.6);
  }

  pick<T>(items: readonly T[]): T {
    return this.#rng.pick(items);
  }

  fieldsOf(op: Op): Pick<Request, 'after' | 'waitMs'> {
    if (this.#seen.length === 0 || op.kind === 'copies' || this.#rng.chance(0.3)) return {};
    return { after: this.#seen, waitMs: this.#rng.below(longestWaitMs) };
  }

  learn(outcome: Outcome): void {
    if (outcome.type === 'refused' && outcome.code === 'write-lost') this.#seen = [];
    if (outcome.type !== 'ok' || outcome.result.kind === 'count') return;
    this.#seen = withSeen(this.#seen, outcome.at);
  }
}

/** Null for those that are none, of whom `share` are not. */
export function createSession(rng: Rng, share: number): SimSession | null {
  return rng.chance(share) ? new SimSession(rng) : null;
}
