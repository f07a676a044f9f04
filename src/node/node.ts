import { setTimeout as wait } from 'node:timers/promises';
import { unreachable } from '../lib/assert.ts';
import { createRng } from '../lib/rng.ts';
import type { Effect, Mode, OperatorCommand, ReplicaStatus, TraceEvent } from '../protocol/protocol.ts';
import type { Outcome, RequestId } from '../protocol/request.ts';
import type { HostStore } from '../protocol/store.ts';
import { TurnHost } from '../protocol/turn.ts';
import { ClientPort } from './client-port.ts';
import type { NodeClock } from './clock.ts';
import { Counters } from './counters.ts';
import type { NodeInit, NodeReport } from './ipc.ts';
import type { Machine } from './machine.ts';
import { Operators } from './operators.ts';
import type { ServedNode } from './resp-commands/command.ts';
import { Throttle } from './throttle.ts';
import { Transport } from './transport.ts';
import { TurnLoop } from './turn-loop.ts';

export interface NodeParts {
  readonly store: HostStore;
  readonly mode: Mode;
  readonly machine: Machine;
  /** False when they were let go. */
  onTrace(events: readonly TraceEvent[]): boolean;
}

/** How long clients have to take their last replies when a node stops. */
const farewellMs = 200;

/** One node: a replica, and what carries its inputs and effects. */
export class RunningNode {
  readonly #init: NodeInit;
  readonly #parts: NodeParts;
  readonly #counters = new Counters();
  readonly #host: TurnHost;
  readonly #transport: Transport;
  readonly #clients: ClientPort;
  readonly #operators = new Operators();
  readonly #throttle: Throttle;
  readonly #loop: TurnLoop;
  readonly #leave: () => void;
  readonly #boot: number;
  #requestIds = 0;
  #status: ReplicaStatus | null = null;

  constructor(init: NodeInit, parts: NodeParts) {
    const { store, machine } = parts;
    const { clock } = machine;
    this.#init = init;
    this.#parts = parts;
    this.#boot = store.local.get().boot;
    // A seed of its own for every boot, the same when a run is repeated.
    const rng = createRng(`${init.cluster}/${init.self}/${init.disk}/${this.#boot}`);
    this.#host = new TurnHost({ store, create: () => this.#createReplica(rng.fork('replica')) });
    const onInput = (): void => this.#loop.wake();
    this.#transport = new Transport({
      ...init,
      boot: this.#boot,
      clock,
      rng: rng.fork('transport'),
      counters: this.#counters,
      onMessage: onInput,
      onOverflow: (to, lane) => this.#trace([{ name: 'send-dropped', fields: { to, lane } }]),
    });
    this.#throttle = new Throttle(machine, onInput);
    this.#clients = new ClientPort({
      node: this.#served(clock),
      counters: this.#counters,
      gate: this.#throttle,
      nextRequestId: () => this.#nextRequestId(),
      onRequest: onInput,
    });
    this.#loop = new TurnLoop({
      host: this.#host,
      clock,
      first: [this.#operators, this.#transport.lane('ctl')],
      rest: [this.#transport.lane('log'), this.#transport.lane('bulk'), this.#clients.requests],
      carryOut: (effects) => this.#carryOut(effects),
    });
    this.#leave = machine.onChange(() => {
      this.#loop.clockChanged();
      this.#throttle.changed();
    });
  }

  /** Lets the replica begin, then opens both ports. Throws when its store cannot be read. */
  async start(): Promise<{
    readonly boot: number;
    readonly replicationPort: number;
    readonly clientPort: number;
  }> {
    this.#loop.start();
    if (this.#host.failure !== null) throw new Error(this.#host.failure);
    this.#status = this.#statusNow();
    const [replicationPort, clientPort] = await Promise.all([
      this.#transport.listen(),
      this.#clients.listen(),
    ]);
    return { boot: this.#boot, replicationPort, clientPort };
  }

  report(): NodeReport {
    return {
      boot: this.#boot,
      replica: this.#observe(),
      memory: process.memoryUsage.rss(),
      longestTurnMs: this.#loop.takeLongestTurnMs(),
      dropped: this.#counters.all(),
      queued: this.#transport.queued(),
      waiting: this.#clients.requests.queued(),
      clockErrorMs: this.#parts.machine.clock.errorMs(),
      hits: this.#parts.machine.hits,
    };
  }

  operate(command: OperatorCommand, answer: (outcome: Outcome) => void): void {
    this.#operators.ask(this.#nextRequestId(), command, answer);
    this.#loop.wake();
  }

  /** Answers what is open, lets clients read that, closes the store. */
  async stop(): Promise<void> {
    this.#end();
    await this.#farewell();
    this.#parts.store.close();
  }

  /**
   * As `stop`, at once, on a disk that nobody will use again: it is free when this returns, while clients may
   * still read what they were answered.
   */
  halt(): void {
    this.#end();
    this.#parts.store.abandon();
    void this.#farewell();
  }

  #end(): void {
    this.#leave();
    this.#throttle.stop();
    this.#loop.stop();
    this.#transport.close();
    this.#operators.stop();
    this.#clients.stop();
  }

  async #farewell(): Promise<void> {
    const endMs = performance.now() + farewellMs;
    while (this.#clients.connections > 0 && performance.now() < endMs) await wait(5);
    this.#clients.destroy();
  }

  #createReplica(rng: ReturnType<typeof createRng>) {
    const { self, members, options } = this.#init;
    return this.#parts.mode.create({ self, members, options, store: this.#parts.store, rng });
  }

  #nextRequestId(): RequestId {
    this.#requestIds += 1;
    return this.#requestIds;
  }

  #carryOut(effects: readonly Effect[]): void {
    const traces: TraceEvent[] = [];
    const replies: (Effect & { readonly type: 'reply' })[] = [];
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          this.#transport.send(effect.to, effect.lane, effect.message);
          break;
        case 'reply':
          if (!this.#clients.requests.reply(effect.id, effect.outcome)) replies.push(effect);
          break;
        case 'trace':
          traces.push(effect.event);
          break;
        case 'timer':
          // The loop has set it.
          break;
        default:
          unreachable(effect);
      }
    }
    if (traces.length > 0) this.#trace(traces);
    // Behind the traces on the same channel: whoever has the answer finds in the events what it did.
    for (const { id, outcome } of replies) this.#operators.reply(id, outcome);
  }

  #trace(events: readonly TraceEvent[]): void {
    if (!this.#parts.onTrace(events)) this.#counters.count('trace-overflow');
  }

  /** The replica as it is, or as it last was with the reason why it is gone. */
  #observe(): ReplicaStatus {
    try {
      const status = this.#statusNow();
      if (status !== null) {
        this.#status = status;
        return status;
      }
    } catch (failure) {
      return this.#gone(failure instanceof Error ? failure.message : String(failure));
    }
    return this.#gone(this.#host.failure ?? 'no reason known');
  }

  #gone(reason: string): ReplicaStatus {
    if (this.#status === null) throw new Error(reason);
    return { ...this.#status, leader: null, stopped: `its store cannot be used: ${reason}` };
  }

  #statusNow(): ReplicaStatus | null {
    return this.#host.replica?.status() ?? null;
  }

  #served(clock: NodeClock): ServedNode {
    const { self, cluster, members, clientPorts } = this.#init;
    const { store } = this.#parts;
    return {
      self,
      cluster,
      members,
      clientPorts,
      startedAt: clock.now(),
      now: () => clock.now(),
      wall: () => clock.wall(),
      connectedClients: () => this.#clients.connections,
      status: () => this.#statusNow(),
      entries: (after, maxBytes) => store.log.read(after, maxBytes),
      discarded: () => store.local.discarded(),
    };
  }
}
