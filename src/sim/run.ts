import { InvariantError } from '../lib/assert.ts';
import { formatHash } from '../lib/hash.ts';
import { findMode } from '../protocol/modes.ts';
import type { TraceName } from '../protocol/protocol.ts';
import type { Outcome } from '../protocol/request.ts';
import { Chaos, type ChaosKind } from './chaos.ts';
import { Clients, type Tally } from './clients.ts';
import { Judge } from './judge.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Fate } from './network.ts';
import { Operator } from './operator.ts';
import { drawOptions, type SimOptions } from './options.ts';
import { Recorder } from './recorder.ts';
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
  /** Before each seed's first step: what it drew. After its last: what came of it. */
  onProgress?(progress: SimProgress): void;
}

export type SimProgress =
  | { readonly type: 'begin'; readonly seed: number; readonly options: SimOptions }
  | { readonly type: 'end'; readonly report: SimReport };

export interface SimFailure {
  /** The broken rule as a sentence, its id first. */
  readonly invariant: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** The turn after which it was found broken, counted from 1. */
  readonly step: number;
  /** The last turns, lost frames and faults before it. */
  readonly tail: readonly string[];
}

/** What came of one seed, or, from `runSim`, of the last of several: sums are over all of them. */
export interface SimReport {
  readonly mode: string;
  readonly seed: number;
  readonly seeds: number;
  readonly options: SimOptions;
  /** Turns. */
  readonly steps: number;
  readonly virtualMs: number;
  readonly messages: Readonly<Record<Fate, number>>;
  readonly operations: Readonly<Tally>;
  readonly faults: Readonly<Partial<Record<ChaosKind, number>>>;
  /** Coverage marks: how often each trace was seen. */
  readonly marks: Readonly<Partial<Record<TraceName, number>>>;
  /** Of everything that happened: equal for two runs of one seed. */
  readonly hash: string;
  readonly verdict: 'held' | 'violated';
  readonly failure: SimFailure | null;
  /** The command that does it again. */
  readonly replay: string;
}

const settleWithinMs = 20_000;
const restMs = 2000;
const lookMs = 250;
/** A disk may still be about to fail one write and one commit when everything else is healed. */
const armedFailures = 2;

/** Throws `RangeError` when there is no such mode. */
export function runSim(request: SimRequest): SimReport {
  let sum: SimReport | null = null;
  for (let i = 0; i < (request.seeds ?? 1); i += 1) {
    const report = runSeed(request, request.seed + i);
    request.onProgress?.({ type: 'end', report });
    sum = sum === null ? report : add(sum, report);
    if (report.failure !== null) break;
  }
  return sum!;
}

/** One seed. `parts` replaces what the world is made of: how tests plant bugs. */
export function runSeed(request: SimRequest, seed: number, parts: Partial<WorldParts> = {}): SimReport {
  const mode = findMode(request.mode);
  if (mode === null) throw new RangeError(`there is no mode ${request.mode}`);
  const options = drawOptions(seed, request.nodes ?? null);
  request.onProgress?.({ type: 'begin', seed, options });
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
      if (!(error instanceof InvariantError)) throw error;
      const { message, facts } = error;
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

function add(sum: SimReport, next: SimReport): SimReport {
  return {
    ...next,
    seeds: sum.seeds + 1,
    steps: sum.steps + next.steps,
    virtualMs: sum.virtualMs + next.virtualMs,
    messages: addCounts(sum.messages, next.messages),
    operations: addCounts(sum.operations, next.operations),
    faults: addCounts(sum.faults, next.faults),
    marks: addCounts(sum.marks, next.marks),
  };
}

function addCounts<K extends string>(
  a: Readonly<Partial<Record<K, number>>>,
  b: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const sum = { ...a } as Record<K, number>;
  for (const [key, count] of Object.entries(b) as [K, number][]) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}
