import { sameConditions, type NodeConditions } from '../faults/conditions.ts';
import type { ConditionHits } from '../faults/machine.ts';
import { assert } from '../lib/assert.ts';
import type { Rng } from '../lib/rng.ts';
import type { Lane } from '../protocol/message-class.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Effect, Input, OperatorCommand, Replica, ReplicaStatus } from '../protocol/protocol.ts';
import type { Request, RequestId } from '../protocol/request.ts';
import { TurnHost, type Clock } from '../protocol/turn.ts';
import type { MemoryStore } from './memory-store.ts';
import { SimDisk } from './disk.ts';
import { Inbox, type Arrival } from './inbox.ts';
import { SimMachine } from './machine.ts';
import { drawMs, type Scheduler } from './scheduler.ts';
import { SimTimers } from './timers.ts';
import type { NodeHooks, NodeOptions } from './turn.ts';

const drainAfterPauseMs = 250;
/** One node: a disk, and while it runs a process with a turn host, an inbox and timers. */
export class SimNode {
  readonly id: NodeId;
  state: 'down' | 'up' | 'paused' = 'down';
  status: ReplicaStatus | null = null;
  readonly #options: NodeOptions;
  readonly #hooks: NodeHooks;
  readonly #clock: Scheduler;
  readonly #machine: SimMachine;
  readonly #disk: SimDisk;
  readonly #rng: Rng;
  #host: TurnHost | null = null;
  readonly #inbox = new Inbox();
  #deferred: (() => void)[] = [];
  readonly #timers: SimTimers;
  #scheduled = false;
  #busy = false;
  #drainFirst = false;
  #pausedAt = 0;
  #bornAt = 0;
  #generation = 0;
  #waitsToServe = false;

  constructor(id: NodeId, options: NodeOptions, hooks: NodeHooks, clock: Scheduler, rng: Rng) {
    this.id = id;
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#rng = rng;
    this.#machine = new SimMachine(clock);
    this.#disk = new SimDisk(id, this.#machine, hooks.disk, rng);
    this.#timers = new SimTimers({
      now: () => this.#now(),
      timerMs: (ms) => this.#machine.clock.timerMs(ms),
      later: (ms, run) => this.#later(ms, run),
      wake: () => this.#wake(),
    });
  }

  /** What it lives under from now on, whether it runs or not. */
  set conditions(conditions: NodeConditions) {
    if (sameConditions(conditions, this.conditions)) return;
    this.#machine.apply(conditions);
    this.#disk.conditionsChanged();
    this.#wake();
    this.#timers.rearm();
  }

  get conditions(): NodeConditions {
    return this.#machine.conditions;
  }

  /** What the faults on it have hit, over all its processes. */
  get hits(): ConditionHits {
    return this.#machine.hits;
  }

  get disk(): DiskId {
    return this.#disk.id;
  }

  get store(): MemoryStore {
    return this.#disk.store;
  }

  /** Boot of the running process, or null. */
  get boot(): number | null {
    return this.state === 'down' ? null : this.store.local.get().boot;
  }

  /** Which of its processes runs, or null: a new disk counts boots anew, and this goes on. */
  get process(): number | null {
    return this.state === 'down' ? null : this.#generation;
  }

  /** Why its replica could not be made, if so. */
  get failure(): string | null {
    return this.#host?.failure ?? null;
  }

  start(): void {
    assert(this.state === 'down', 'only a node that is down starts', { node: this.id });
    this.#disk.open();
    this.state = 'up';
    this.#generation += 1;
    this.#bornAt = this.#machine.clock.now() - this.#rng.below(1_000_000);
    const rng = this.#rng.fork(`boot ${this.#generation}`);
    const create = (): Replica => this.#hooks.replica(this.id, this.store, rng);
    this.#host = new TurnHost({ store: this.store, create });
    this.#finish([], this.#host.start(this.#time()), null);
  }

  /** The difference between SIGKILL and the machine dying is the network's to make (P6). */
  kill(): void {
    assert(this.state !== 'down', 'only a running node dies', { node: this.id });
    this.state = 'down';
    this.#generation += 1;
    this.#host = null;
    this.status = null;
    this.#inbox.clear();
    this.#deferred = [];
    this.#timers.clear();
    this.#scheduled = false;
    this.#busy = false;
    this.#waitsToServe = false;
    this.store.crash();
  }

  wipe(): void {
    assert(this.state === 'down', 'only a node that is down is wiped', { node: this.id });
    this.#disk.wipe();
  }

  /** Copies its disk, whether it runs or not. */
  save(): void {
    this.#disk.save();
  }

  get isSaved(): boolean {
    return this.#disk.isSaved;
  }

  restore(): void {
    assert(this.state === 'down', 'only a node that is down gets its copy back', { node: this.id });
    this.#disk.restore();
  }

  /** Its machine has died; answers how many commits that took. */
  loseUnsynced(): number {
    assert(this.state === 'down', 'only a node that is down loses what it wrote', { node: this.id });
    return this.#disk.loseUnsynced();
  }

  pause(): void {
    assert(this.state === 'up', 'only a running node is paused', { node: this.id });
    this.state = 'paused';
    this.#pausedAt = this.#clock.now;
  }

  /** B0.4: after a long pause what the sockets hold is stepped before any timer. */
  resume(): void {
    assert(this.state === 'paused', 'only a paused node resumes', { node: this.id });
    this.state = 'up';
    this.#drainFirst = this.#clock.now - this.#pausedAt > drainAfterPauseMs;
    if (this.#drainFirst) this.#inbox.mark();
    for (const run of this.#deferred.splice(0)) run();
    this.#wake();
  }

  arrive(arrival: Arrival, lane: Lane | null = null): void {
    if (this.state === 'down') return;
    this.#inbox.push(arrival, lane, this.#machine.clock.now());
    this.#wake();
  }

  request(id: RequestId, request: Request): void {
    this.arrive({ type: 'request', id, request });
  }

  operate(id: RequestId, command: OperatorCommand): void {
    this.arrive({ type: 'operator', id, command });
  }

  /** T11: the connection of a request closed before it was stepped. */
  forget(id: RequestId): boolean {
    return this.#inbox.forget(id);
  }

  #time(): Clock {
    return { now: this.#now(), wall: this.#machine.clock.wall() };
  }

  #now(): number {
    return this.#machine.clock.now() - this.#bornAt;
  }

  #later(delayMs: number, run: () => void): void {
    const generation = this.#generation;
    this.#clock.after(delayMs, () => {
      if (generation !== this.#generation) return;
      if (this.state === 'paused') this.#deferred.push(run);
      else run();
    });
  }

  #wake(): void {
    if (this.#scheduled || this.#busy || this.state !== 'up') return;
    if (!this.#inbox.some((arrival) => this.#mayTake(arrival)) && this.#timers.due().length === 0) return;
    this.#scheduled = true;
    this.#later(drawMs(this.#rng, this.#options.dispatchMs), () => {
      this.#scheduled = false;
      this.#run();
    });
  }

  /** A request waits until the machine can serve one more. */
  #mayTake({ type }: Arrival): boolean {
    if (type !== 'request' || this.#machine.isOpen()) return true;
    if (this.#waitsToServe) return false;
    this.#waitsToServe = true;
    this.#later(this.#machine.untilOpenMs(), () => {
      this.#waitsToServe = false;
      this.#wake();
    });
    return false;
  }

  #run(): void {
    const host = this.#host;
    assert(host !== null, 'a running node has a host', { node: this.id });
    const time = this.#time();
    const taken = this.#take();
    if (taken.length === 0) return;
    const drawn: Input[] = [];
    const effects = host.turn(drawing(taken, time, drawn), time);
    // A turn that failed early leaves the rest to its host; timers it would have to set anew anyway.
    const left = taken.slice(drawn.length).filter(({ type }) => type !== 'timer');
    this.#inbox.putBack(left, this.#machine.clock.now());
    this.#finish(drawn, effects, this.status);
  }

  #take(): readonly Arrival[] {
    const [low, high] = this.#options.batch;
    const size = this.#rng.between(low, high);
    const { arrivals, all } = this.#inbox.take(
      size,
      (arrival) => this.#mayTake(arrival),
      ({ type }, at) => (type === 'request' ? this.#machine.serve(at) : undefined),
    );
    if (this.#drainFirst && !all) return arrivals;
    this.#inbox.unmark((arrival) => this.#mayTake(arrival));
    this.#drainFirst = false;
    const due = this.#timers.takeDue();
    return [...arrivals, ...due.map((name) => ({ type: 'timer', name }) as const)];
  }

  #finish(inputs: readonly Input[], effects: readonly Effect[], before: ReplicaStatus | null): void {
    const failed = effects.some((effect) => effect.type === 'trace' && effect.event.name === 'recovered');
    this.status = this.#host?.replica?.status() ?? null;
    this.#busy = true;
    const leftOfPause = this.#inbox.marked;
    this.#hooks.turned({ node: this, inputs, effects, before, after: this.status, failed, leftOfPause });
    const slowMs = this.store.wrote() ? this.conditions.diskSlowMs : 0;
    if (slowMs > 0) {
      this.#machine.hit('diskSlowMs', 'commits');
      this.#machine.hit('diskSlowMs', 'waitMs', slowMs);
    }
    this.#later(drawMs(this.#rng, this.#options.commitMs) + slowMs, () => {
      this.#busy = false;
      for (const effect of effects) this.#carryOut(effect);
      this.#wake();
    });
  }

  #carryOut(effect: Effect): void {
    if (effect.type === 'send') {
      const sender = { node: this.id, disk: this.disk, boot: this.store.local.get().boot };
      this.#hooks.send(sender, effect);
    } else if (effect.type === 'reply') this.#hooks.reply(this.id, effect.id, effect.outcome);
    else if (effect.type === 'timer') this.#timers.set(effect.name, effect.at);
  }
}

function* drawing(arrivals: readonly Arrival[], time: Clock, drawn: Input[]): Generator<Input> {
  for (const arrival of arrivals) {
    const input: Input = { ...arrival, ...time };
    drawn.push(input);
    yield input;
  }
}
