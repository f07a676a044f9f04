import { setTimeout as wait } from 'node:timers/promises';
import { createRng } from '../lib/rng.ts';
import type { Mode, OperatorCommand, TraceEvent } from '../protocol/protocol.ts';
import type { Outcome, RequestId } from '../protocol/request.ts';
import type { HostStore } from '../protocol/store.ts';
import { ClientPort } from './client-port.ts';
import { Counters } from './counters.ts';
import type { NodeInit, NodeReport } from './ipc.ts';
import type { Machine } from './machine.ts';
import { ReplicaHost } from './replica-host.ts';
import type { ServedNode } from './resp-commands/command.ts';
import { Throttle } from './throttle.ts';
import { Transport } from './transport.ts';

export interface NodeParts {
  /** Of each shard, all on one disk. */
  readonly stores: readonly HostStore[];
  readonly mode: Mode;
  readonly machine: Machine;
  /** False when they were let go. */
  onTrace(events: readonly TraceEvent[]): boolean;
}

/** How long clients have to take their last replies when a node stops. */
const farewellMs = 200;

/** One node: a replica of each shard, and the ports and the machine they share. */
export class RunningNode {
  readonly #init: NodeInit;
  readonly #parts: NodeParts;
  readonly #counters = new Counters();
  readonly #transport: Transport;
  readonly #clients: ClientPort;
  readonly #throttle: Throttle;
  readonly #hosts: readonly ReplicaHost[];
  readonly #leave: () => void;
  readonly #boot: number;
  #requestIds = 0;
  #firstToWake = 0;

  constructor(init: NodeInit, parts: NodeParts) {
    const { stores, machine, mode } = parts;
    const { clock } = machine;
    this.#init = init;
    this.#parts = parts;
    this.#boot = stores[0]!.local.get().boot;
    // A seed of its own for every boot, the same when a run is repeated.
    const rng = createRng(`${init.cluster}/${init.self}/${init.disk}/${this.#boot}`);
    const nextRequestId = (): RequestId => (this.#requestIds += 1);
    this.#transport = new Transport({
      ...init,
      shards: stores.length,
      boot: this.#boot,
      clock,
      rng: rng.fork('transport'),
      counters: this.#counters,
      onMessage: (shard) => this.#hosts[shard]?.wake(),
      onOverflow: (to, lane) => this.#trace([{ name: 'send-dropped', fields: { to, lane } }]),
    });
    this.#throttle = new Throttle(machine, () => this.#wakeAll());
    this.#clients = new ClientPort({
      node: this.#served(),
      counters: this.#counters,
      gate: this.#throttle,
      nextRequestId,
      onRequest: (shard) => this.#hosts[shard]?.wake(),
    });
    this.#hosts = stores.map((store, shard) => {
      return new ReplicaHost({
        shard,
        init,
        store,
        mode,
        clock,
        nextRequestId,
        rng: shard === 0 ? rng : rng.fork(`shard ${shard}`),
        transport: this.#transport,
        requests: this.#clients.requests[shard]!,
        onTrace: (events) => this.#trace(stores.length === 1 ? events : ofShard(shard, events)),
      });
    });
    this.#leave = machine.onChange(() => {
      for (const host of this.#hosts) host.clockChanged();
      this.#throttle.changed();
    });
  }

  /** Lets the replicas begin, then opens the ports. Throws when a store cannot be read. */
  async start(): Promise<{
    readonly boot: number;
    readonly replicationPort: number;
    readonly clientPort: number;
    readonly listenerPorts: Readonly<Record<string, number>>;
  }> {
    for (const host of this.#hosts) host.start();
    const listeners = Object.entries(this.#init.listeners ?? {});
    const [replicationPort, clientPort, ...more] = await Promise.all([
      this.#transport.listen(),
      this.#clients.listen(),
      ...listeners.map(([, ports]) => this.#clients.listen(ports)),
    ]);
    const listenerPorts = Object.fromEntries(listeners.map(([name], i) => [name, more[i]!]));
    return { boot: this.#boot, replicationPort, clientPort, listenerPorts };
  }

  report(): NodeReport {
    return {
      boot: this.#boot,
      replicas: this.#hosts.map((host) => host.observe()),
      memory: process.memoryUsage.rss(),
      longestTurnMs: Math.max(...this.#hosts.map((host) => host.takeLongestTurnMs())),
      dropped: this.#counters.all(),
      queued: this.#transport.queued(),
      waiting: this.#clients.queued(),
      clockErrorMs: this.#parts.machine.clock.errorMs(),
      hits: this.#parts.machine.hits,
    };
  }

  /** `answer` is called once. */
  operate(command: OperatorCommand, answer: (outcome: Outcome) => void, shard = 0): void {
    this.#hosts[shard]!.operate(command, answer);
  }

  /** Answers what is open, lets clients read that, closes the disk. */
  async stop(): Promise<void> {
    this.#end();
    await this.#farewell();
    for (const store of this.#parts.stores) store.close();
  }

  /**
   * As `stop`, at once, on a disk that nobody will use again: it is free when this returns, while clients may
   * still read what they were answered.
   */
  halt(): void {
    this.#end();
    for (const store of this.#parts.stores) store.abandon();
    void this.#farewell();
  }

  #end(): void {
    this.#leave();
    this.#throttle.stop();
    for (const host of this.#hosts) host.stop();
    this.#transport.close();
    this.#clients.stop();
  }

  async #farewell(): Promise<void> {
    const endMs = performance.now() + farewellMs;
    while (this.#clients.connections > 0 && performance.now() < endMs) await wait(5);
    this.#clients.destroy();
  }

  /** Each first in turn: what the limit lets through at a time may be a single request. */
  #wakeAll(): void {
    this.#firstToWake = (this.#firstToWake + 1) % this.#hosts.length;
    const hosts = [...this.#hosts.slice(this.#firstToWake), ...this.#hosts.slice(0, this.#firstToWake)];
    for (const host of hosts) host.wake();
  }

  #trace(events: readonly TraceEvent[]): void {
    if (!this.#parts.onTrace(events)) this.#counters.count('trace-overflow');
  }

  #served(): ServedNode {
    const { self, cluster, members, clientPorts } = this.#init;
    const { stores, machine } = this.#parts;
    const { clock } = machine;
    return {
      self,
      cluster,
      members,
      clientPorts,
      shards: stores.length,
      startedAt: clock.now(),
      now: () => clock.now(),
      wall: () => clock.wall(),
      connectedClients: () => this.#clients.connections,
      status: (shard) => this.#hosts[shard]!.status(),
      entries: (shard, after, maxBytes) => stores[shard]!.log.read(after, maxBytes),
      discarded: (shard) => stores[shard]!.local.discarded(),
    };
  }
}

function ofShard(shard: number, events: readonly TraceEvent[]): readonly TraceEvent[] {
  return events.map(({ name, fields }) => ({ name, fields: { ...fields, shard } }));
}
