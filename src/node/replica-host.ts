import { unreachable } from '../lib/assert.ts';
import type { Rng } from '../lib/rng.ts';
import type { Effect, Mode, OperatorCommand, ReplicaStatus, TraceEvent } from '../protocol/protocol.ts';
import type { Outcome, RequestId } from '../protocol/request.ts';
import type { HostStore } from '../protocol/store.ts';
import { TurnHost } from '../protocol/turn.ts';
import type { NodeClock } from './clock.ts';
import type { NodeInit } from './ipc.ts';
import { Operators } from './operators.ts';
import type { RequestQueue } from './request-queue.ts';
import type { Transport } from './transport.ts';
import { TurnLoop } from './turn-loop.ts';

export interface ReplicaHostOptions {
  readonly shard: number;
  readonly init: NodeInit;
  readonly store: HostStore;
  readonly mode: Mode;
  readonly rng: Rng;
  readonly clock: NodeClock;
  readonly transport: Transport;
  readonly requests: RequestQueue;
  nextRequestId(): RequestId;
  onTrace(events: readonly TraceEvent[]): void;
}

/** The replica of one shard, with the turns that step it, and what carries its inputs and effects. */
export class ReplicaHost {
  readonly #options: ReplicaHostOptions;
  readonly #operators = new Operators();
  readonly #host: TurnHost;
  readonly #loop: TurnLoop;
  #status: ReplicaStatus | null = null;

  constructor(options: ReplicaHostOptions) {
    const { shard, store, clock, transport, requests, rng } = options;
    this.#options = options;
    this.#host = new TurnHost({ store, create: () => this.#createReplica(rng) });
    this.#loop = new TurnLoop({
      host: this.#host,
      clock,
      first: [this.#operators, transport.lane('ctl', shard)],
      rest: [transport.lane('log', shard), transport.lane('bulk', shard), requests],
      carryOut: (effects) => this.#carryOut(effects),
    });
  }

  /** Lets the replica begin. Throws when its store cannot be read. */
  start(): void {
    this.#loop.start();
    if (this.#host.failure !== null) throw new Error(this.#host.failure);
    this.#status = this.status();
  }

  /** A turn comes soon. */
  wake(): void {
    this.#loop.wake();
  }

  clockChanged(): void {
    this.#loop.clockChanged();
  }

  takeLongestTurnMs(): number {
    return this.#loop.takeLongestTurnMs();
  }

  operate(command: OperatorCommand, answer: (outcome: Outcome) => void): void {
    this.#operators.ask(this.#options.nextRequestId(), command, answer);
    this.#loop.wake();
  }

  stop(): void {
    this.#loop.stop();
    this.#operators.stop();
  }

  /** Null while no replica runs. */
  status(): ReplicaStatus | null {
    return this.#host.replica?.status() ?? null;
  }

  /** The replica as it is, or as it last was with the reason why it is gone. */
  observe(): ReplicaStatus {
    try {
      const status = this.status();
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

  #createReplica(rng: Rng) {
    const { mode, store, init } = this.#options;
    const { self, members, options } = init;
    return mode.create({ self, members, options, store, rng: rng.fork('replica') });
  }

  #carryOut(effects: readonly Effect[]): void {
    const { shard, transport, requests } = this.#options;
    const traces: TraceEvent[] = [];
    const replies: (Effect & { readonly type: 'reply' })[] = [];
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          transport.send(effect.to, effect.lane, effect.message, shard);
          break;
        case 'reply':
          if (!requests.reply(effect.id, effect.outcome)) replies.push(effect);
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
    if (traces.length > 0) this.#options.onTrace(traces);
    // Behind the traces on the same channel: whoever has the answer finds in the events what it did.
    for (const { id, outcome } of replies) this.#operators.reply(id, outcome);
  }
}
