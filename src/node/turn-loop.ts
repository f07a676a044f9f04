import type { Effect, Input } from '../protocol/protocol.ts';
import type { Clock, TurnHost } from '../protocol/turn.ts';
import type { NodeClock } from './clock.ts';
import type { Source, Taken } from './source.ts';
import { NamedTimers } from './timers.ts';

/**
 * T9: a turn ends at the first of these. The time is what bounds it; four times as many inputs as T9 has let a
 * busy node share a commit, and each page that it writes, among as many as fit into that time.
 */
const most = { inputs: 1024, bytes: 1024 * 1024, ms: 5 };
/** B0.4: a timer this late means that the process did not run. */
const gapMs = 250;
/** Rounds of the event loop after a gap before timers count: one accepts, one reads, one for good measure. */
const gapRounds = 3;
/** And while turns end at their bounds, so many more at most: under a load that never ends timers must count. */
const backlogRounds = 100;

export interface TurnLoopOptions {
  readonly host: TurnHost;
  readonly clock: NodeClock;
  /** Drained before the others: operators, and the ctl lane. */
  readonly first: readonly Source[];
  /** Served in turn. */
  readonly rest: readonly Source[];
  /** Effects of one turn, all but timers, in order. */
  carryOut(effects: readonly Effect[]): void;
}

/**
 * Turns, one for each round of the event loop in which something arrived: all that one poll of the sockets
 * brought goes into one transaction, so commits are shared the more the busier the node is.
 *
 * Timers never run ahead of what waits in sockets (B0.4): one that fires only asks for a turn, which comes
 * behind the poll of the same round, and messages are stepped before timers. After a gap one poll may not
 * have shown all (a connection must be accepted before it is read), nor one turn have taken all (T9), so
 * timers wait some rounds more.
 */
export class TurnLoop {
  readonly #options: TurnLoopOptions;
  readonly #timers: NamedTimers;
  #scheduled = false;
  #stopped = false;
  #next = 0;
  /** Rounds that late timers have waited; null when they are not to wait. */
  #roundsWaited: number | null = null;
  /** The last turn left something that had arrived before it. */
  #backlog = false;
  #longestMs = 0;

  constructor(options: TurnLoopOptions) {
    this.#options = options;
    this.#timers = new NamedTimers(options.clock, () => this.wake());
  }

  start(): void {
    this.#carryOut(this.#options.host.start(this.#time()));
  }

  /** A turn comes soon, behind the sockets' next poll. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => this.#run());
  }

  /** The clock runs at another rate from now on. */
  clockChanged(): void {
    this.#timers.rearm();
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  /** Milliseconds of the longest turn since this was last asked. */
  takeLongestTurnMs(): number {
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }

  #time(): Clock {
    const { clock } = this.#options;
    return { now: clock.now(), wall: clock.wall() };
  }

  #elapsedMs(since: Clock): number {
    return this.#options.clock.now() - since.now;
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    const at = this.#time();
    const timersDue = this.#timersDue(at.now);
    const turning = timersDue || this.#waiting();
    if (turning) {
      this.#carryOut(this.#options.host.turn(this.#inputs(at, timersDue), at));
      this.#longestMs = Math.max(this.#longestMs, this.#elapsedMs(at));
    }
    this.#backlog = turning && this.#waiting();
    if (this.#roundsWaited !== null || this.#waiting()) this.wake();
  }

  #waiting(): boolean {
    const { first, rest } = this.#options;
    return first.some((source) => source.waiting > 0) || rest.some((source) => source.waiting > 0);
  }

  /** Whether timers are stepped in this turn. */
  #timersDue(now: number): boolean {
    const latenessMs = this.#timers.lateness(now);
    if (latenessMs === null) {
      this.#roundsWaited = null;
      return false;
    }
    if (this.#roundsWaited === null && latenessMs <= gapMs) return true;
    this.#roundsWaited = (this.#roundsWaited ?? 0) + 1;
    if (this.#roundsWaited < gapRounds) return false;
    if (this.#backlog && this.#roundsWaited < backlogRounds) return false;
    this.#roundsWaited = null;
    return true;
  }

  /** Drawn from while the turn steps, so that its bound in time holds. All inputs of a turn are of one instant. */
  *#inputs(at: Clock, timersDue: boolean): Generator<Input> {
    let inputs = 0;
    let bytes = 0;
    // One at least, however long it took to get here.
    while (inputs === 0 || (inputs < most.inputs && bytes < most.bytes && this.#elapsedMs(at) < most.ms)) {
      const taken = this.#take(at);
      if (taken === null) break;
      inputs += 1;
      bytes += taken.bytes;
      yield taken.input;
    }
    if (!timersDue) return;
    for (const name of this.#timers.takeDue(at.now)) yield { type: 'timer', name, ...at };
  }

  #take(at: Clock): Taken | null {
    const { first, rest } = this.#options;
    for (const source of first) {
      const taken = source.take(at);
      if (taken !== null) return taken;
    }
    for (let tried = 0; tried < rest.length; tried += 1) {
      const source = rest[this.#next % rest.length]!;
      this.#next += 1;
      const taken = source.take(at);
      if (taken !== null) return taken;
    }
    return null;
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) if (effect.type === 'timer') this.#timers.set(effect.name, effect.at);
    this.#options.carryOut(effects);
  }
}
