import { InvariantError } from '../lib/assert.ts';
import { formatHash } from '../lib/hash.ts';
import { findMode } from '../protocol/modes.ts';
import type { Outcome } from '../protocol/request.ts';
import { Chaos } from './chaos.ts';
import { Clients } from './clients.ts';
import { Judge } from './judge.ts';
import { createMemoryStore } from './memory-store.ts';
import { Operator } from './operator.ts';
import { drawOptions, type SimOptions } from './options.ts';
import { Recorder } from './recorder.ts';
import { addReports, type SimFailure, type SimReport } from './report.ts';
import { World, type WorldParts } from './world.ts';

export interface SimRequest {
  readonly mode: string;
  /** The first seed. */
  readonly seed: number;
  /** How many seeds, counting up from the first; one if absent. The first failure ends the run. */
  readonly seeds?: number;
  /** Overrules the number of nodes a seed draws. */
  readonly nodes?: number;
  /** Ends the faults after so many turns, if they are not over before. */
  readonly steps?: number;
  /** Takes the place of what a seed draws: how tests go where a bug would show. */
  readonly options?: Partial<SimOptions>;
}

const settleWithinMs = 20_000;
const restMs = 2000;
const lookMs = 250;
/** A disk may still be about to fail one write and one commit when everything else is healed. */
const armedFailures = 2;

/** In this thread, one seed after another. Throws `RangeError` when there is no such mode. */
export function runSim(request: SimRequest): SimReport {
  let sum: SimReport | null = null;
  for (let i = 0; i < (request.seeds ?? 1); i += 1) {
    const report = runSeed(request, request.seed + i);
    sum = sum === null ? report : addReports(sum, report);
    if (report.failure !== null) break;
  }
  return sum!;
}

/** What a seed draws, as far as the request does not say. */
export function optionsOf({ nodes, options }: SimRequest, seed: number): SimOptions {
  return { ...drawOptions(seed, nodes ?? null), ...options };
}

/** One seed. `parts` replaces what the world is made of: how tests plant bugs. */
export function runSeed(request: SimRequest, seed: number, parts: Partial<WorldParts> = {}): SimReport {
  const mode = findMode(request.mode);
  if (mode === null) throw new RangeError(`there is no mode ${request.mode}`);
  const options = optionsOf(request, seed);
  const world = new World({ seed, ...options }, { mode, disk: createMemoryStore, ...parts });
  const run = new Run(world, options);
  const failure = run.toTheEnd(request.steps ?? Number.POSITIVE_INFINITY);
  const count = request.nodes === undefined ? '' : ` --nodes ${request.nodes}`;
  const limit = request.steps === undefined ? '' : ` --steps ${request.steps}`;
  return {
    mode: mode.name,
    seed,
    seeds: 1,
    options,
    steps: run.judge.steps,
    virtualMs: world.clock.now,
    messages: run.recorder.frames,
    operations: run.clients.tally,
    faults: run.chaos.hits,
    marks: run.recorder.marks,
    hash: formatHash(run.recorder.hash),
    verdict: failure === null ? 'held' : 'violated',
    failure,
    replay: `replab sim --mode ${mode.name} --seed ${seed}${count}${limit}`,
  };
}

class Run {
  readonly judge: Judge;
  readonly recorder: Recorder;
  readonly clients: Clients;
  readonly chaos: Chaos;
  readonly #world: World;
  readonly #options: SimOptions;
  readonly #operator: Operator;

  constructor(world: World, options: SimOptions) {
    this.#world = world;
    this.#options = options;
    this.judge = new Judge(world);
    this.recorder = new Recorder(world.clock);
    world.watchers.push(this.recorder, this.judge);
    this.#operator = new Operator(world, options.operatorRemembers);
    this.#operator.onPromoting = (promotion) => this.judge.promoting(promotion);
    this.clients = new Clients(world, options.workload);
    this.chaos = new Chaos(world, this.#operator, options.chaos);
  }

  toTheEnd(steps: number): SimFailure | null {
    try {
      this.#faultyPart(steps);
      this.#healedPart();
      return null;
    } catch (error) {
      const { message, facts } = error instanceof InvariantError ? error : accident(error);
      const end = message.indexOf(' {');
      const invariant = end < 0 ? message : message.slice(0, end);
      return { invariant, facts, step: this.judge.steps, tail: this.recorder.tail() };
    }
  }

  /** Safety: whatever happens, nothing wrong does. */
  #faultyPart(steps: number): void {
    const { nodes, faultsMs } = this.#options;
    for (const id of nodes) this.#world.start(id);
    this.#operator.promote(nodes[0]!, false, {});
    this.#world.run(500);
    this.clients.start();
    this.chaos.start();
    this.#world.run(faultsMs, () => this.judge.steps >= steps);
  }

  /** Liveness (I14): all faults over, the cluster becomes whole, stays so, and takes a write. */
  #healedPart(): void {
    const world = this.#world;
    this.chaos.end();
    world.note('everything is healed');
    world.run(world.clock.now + restMs);
    this.clients.stop();
    this.#rest();
    let answer = this.#lastWrite();
    for (let i = 0; i < armedFailures && answer?.type !== 'ok'; i += 1) answer = this.#lastWrite();
    if (answer?.type !== 'ok') throw new InvariantError('I14: a whole cluster takes a write', { answer });
    this.judge.conclude();
  }

  #lastWrite(): Outcome | null {
    const [leader] = this.#operator.leaders();
    let outcome: Outcome | null = null;
    const id = this.#world.expectReply(leader!, (answer) => void (outcome = answer));
    this.#world.node(leader!).request(id, { op: { kind: 'put', key: 'last', value: `last.${id}` } });
    this.#rest();
    return outcome;
  }

  #rest(): void {
    const { clock } = this.#world;
    const deadline = clock.now + settleWithinMs;
    let since = clock.now;
    let discarded = this.judge.discarded();
    let unrest: string | null = null;
    while (clock.now - since < restMs) {
      if (clock.now >= deadline) {
        throw new InvariantError('I14: after the heal the cluster becomes whole and stays so', { unrest });
      }
      this.#world.run(clock.now + lookMs);
      unrest = this.clients.busy > 0 ? 'operations are under way' : this.judge.unrest();
      const lost = this.judge.discarded();
      if (unrest !== null || lost !== discarded) since = clock.now;
      discarded = lost;
      if (this.#operator.leaders().length === 0) this.#operator.promote(null, false);
    }
  }
}

/** An error that nobody meant to throw, in a replica or in a judge, is a failure of its seed as well. */
function accident(error: unknown): InvariantError {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return new InvariantError('P1: nothing throws by accident', { error: String(error), stack });
}
