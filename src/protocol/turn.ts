import { assert, InvariantError } from '../lib/assert.ts';
import type { Effect, Input, Replica } from './protocol.ts';
import type { RequestId } from './request.ts';
import type { HostStore } from './store.ts';

export interface TurnHostOptions {
  readonly store: HostStore;
  /** Makes the replica from what the store holds: at boot, and again after a failed turn. */
  create(): Replica;
}

/** How far a turn had come when it failed: only before the commit is "it did not happen" certain. */
type Phase = 'step' | 'commit' | 'appended';

export interface Clock {
  readonly now: number;
  readonly wall: number;
}

/**
 * The turn: one transaction over a batch of inputs, effects only after the commit (design §4). The node
 * process and the simulator both run their replicas through this class, so that what is proven of one
 * holds for the other.
 *
 * A turn that fails is recovery in place (P1): roll back, drop its effects, answer what is open, make the
 * replica anew from the disk. Requests of the failed turn are refused when the failure came before the
 * commit, unknown when the commit itself threw; older open requests are unknown.
 */
export class TurnHost {
  readonly #store: HostStore;
  readonly #create: () => Replica;
  readonly #open = new Set<RequestId>();
  readonly #timers = new Set<string>();
  #replica: Replica | null = null;
  #failure: string | null = null;

  constructor(options: TurnHostOptions) {
    this.#store = options.store;
    this.#create = options.create;
  }

  /** Why no replica runs, when recovery itself failed; the next turn tries again. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Null while recovery keeps failing. */
  get replica(): Replica | null {
    return this.#replica;
  }

  get openRequests(): number {
    return this.#open.size;
  }

  start(clock: Clock): readonly Effect[] {
    assert(this.#replica === null, 'a host starts once');
    return this.#restart(clock);
  }

  /**
   * Effects in order of steps, to be carried out in that order. `inputs` is drawn from one step at a time,
   * so that a host may end a turn by its clock (T9); what is not drawn when a turn fails stays with the host.
   */
  turn(inputs: Iterable<Input>, clock: Clock): readonly Effect[] {
    const before: Effect[] = [];
    if (this.#replica === null) {
      before.push(...this.#restart(clock));
      if (this.#replica === null) return [...before, ...this.#refuse(inputs)];
    }
    return [...before, ...this.#run(this.#replica, inputs, clock)];
  }

  #run(replica: Replica, inputs: Iterable<Input>, clock: Clock): readonly Effect[] {
    const effects: Effect[] = [];
    const asked: RequestId[] = [];
    let phase: Phase = 'step';
    try {
      this.#store.begin();
      for (const input of inputs) {
        if (isAsked(input)) asked.push(input.id);
        effects.push(...replica.step(input));
      }
      phase = 'commit';
      const entries = this.#store.commit();
      phase = 'appended';
      if (entries.length > 0) effects.push(...replica.step({ type: 'appended', entries, ...clock }));
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      if (phase === 'step') this.#store.rollback();
      return this.#recover(asked, phase, describe(error), clock);
    }
    for (const id of asked) this.#open.add(id);
    this.#note(effects);
    return effects;
  }

  #note(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'reply') this.#open.delete(effect.id);
      else if (effect.type !== 'timer') continue;
      else if (effect.at === null) this.#timers.delete(effect.name);
      else this.#timers.add(effect.name);
    }
  }

  #recover(asked: readonly RequestId[], phase: Phase, reason: string, clock: Clock): readonly Effect[] {
    const effects: Effect[] = [];
    for (const id of this.#open) {
      effects.push({ type: 'reply', id, outcome: { type: 'unknown', code: 'recovered' } });
    }
    for (const id of asked) {
      const outcome =
        phase === 'step'
          ? ({ type: 'refused', code: 'turn-failed', detail: reason } as const)
          : ({ type: 'unknown', code: 'turn-failed' } as const);
      effects.push({ type: 'reply', id, outcome });
    }
    this.#open.clear();
    effects.push({ type: 'trace', event: { name: 'recovered', fields: { reason } } });
    return [...effects, ...this.#restart(clock)];
  }

  #restart(clock: Clock): readonly Effect[] {
    const cleared = [...this.#timers].map((name) => ({ type: 'timer', name, at: null }) as const);
    this.#timers.clear();
    this.#replica = null;
    try {
      this.#store.recover();
      const replica = this.#create();
      this.#store.begin();
      const effects: Effect[] = [...cleared, ...replica.step({ type: 'start', ...clock })];
      const entries = this.#store.commit();
      if (entries.length > 0) effects.push(...replica.step({ type: 'appended', entries, ...clock }));
      this.#replica = replica;
      this.#failure = null;
      this.#note(effects);
      return effects;
    } catch (error) {
      if (error instanceof InvariantError) throw error;
      this.#store.rollback();
      this.#failure = describe(error);
      return cleared;
    }
  }

  #refuse(inputs: Iterable<Input>): readonly Effect[] {
    const detail = this.#failure ?? 'recovery failed';
    const effects: Effect[] = [];
    for (const input of inputs) {
      if (!isAsked(input)) continue;
      effects.push({
        type: 'reply',
        id: input.id,
        outcome: { type: 'refused', code: 'turn-failed', detail },
      });
    }
    return effects;
  }
}

function isAsked(input: Input): input is Extract<Input, { type: 'request' | 'operator' }> {
  return input.type === 'request' || input.type === 'operator';
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
