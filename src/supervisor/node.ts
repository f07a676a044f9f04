import { setTimeout as wait } from 'node:timers/promises';
import type { NodeState } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import {
  BootError,
  type Engine,
  type NodeExit,
  type NodeProcess,
  type NodeReady,
} from '../engines/engine.ts';
import type { ProcessIdentity } from '../control/process-identity.ts';
import type { NodeConditions } from '../faults/conditions.ts';
import type { NodeInit } from '../node/ipc.ts';
import type { ConditionHits } from '../node/machine.ts';
import type { Proxy } from '../proxy/host.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { TraceEvent } from '../protocol/protocol.ts';
import type { EventLog } from './event-log.ts';
import type { Reaper } from './reaper-link.ts';
import type { RecordFile } from './record-file.ts';

/** What a node needs of the cluster around it. */
export interface NodeWorld {
  readonly cluster: string;
  readonly engine: Engine;
  readonly proxy: Pick<Proxy, 'upstream' | 'discard'>;
  readonly events: EventLog;
  readonly record: RecordFile;
  readonly reaper: Reaper;
  readonly mark: string;
  logFile(node: NodeId): string;
  init(node: NodeId, disk: DiskId): NodeInit;
}

/** What an action did. */
export interface Acted {
  readonly changed: boolean;
  /** Frames the node had sent that its death took with it (P6). */
  readonly lostInFlight: number;
  /** The event it caused; null without a change. */
  readonly event: number | null;
}

const nothing: Acted = { changed: false, lostInFlight: 0, event: null };

/** From its process's start until it must serve. Fifty at once on two cores take several seconds. */
const bootMs = 30_000;

/** One node over its processes: at most one at a time, all with the same disk. Actions are done one by one. */
export class ManagedNode {
  readonly id: NodeId;
  readonly disk: DiskId;
  readonly #world: NodeWorld;
  #process: NodeProcess | null = null;
  #ready: NodeReady | null = null;
  /** What it is when it has no process. */
  #rest: 'stopped' | 'killed' = 'stopped';
  /** An end that was asked for is no news. */
  #expectsEnd = false;
  /** It starts no process any more. */
  #closed = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(id: NodeId, disk: DiskId, world: NodeWorld) {
    this.id = id;
    this.disk = disk;
    this.#world = world;
  }

  /** Null while it does not run. */
  get process(): NodeProcess | null {
    return this.#process;
  }

  /** Null while it does not serve. */
  get ready(): NodeReady | null {
    return this.#ready;
  }

  /** As the system shows it now, not as it was left. */
  get state(): NodeState {
    switch (this.#process?.state() ?? null) {
      case 'paused':
        return 'paused';
      case 'alive':
        return this.#ready === null ? 'starting' : 'running';
      default:
        return this.#rest;
    }
  }

  start(): Promise<Acted> {
    return this.#inTurn(async () => (this.#process === null ? await this.#start() : nothing));
  }

  /** The machine dies: what it had in flight is lost with it, its disk is kept. */
  kill(): Promise<Acted> {
    return this.#inTurn(async () => {
      const process = this.#process;
      if (process === null) return nothing;
      this.#expectsEnd = true;
      const { proxy } = this.#world;
      // In this order, and carried out in it: nobody reaches it, it says no more, what it said is gone.
      const unreachable = proxy.upstream(this.id, null);
      process.kill();
      const lost = await proxy.discard(this.id);
      await unreachable;
      const { pid } = process.identity;
      await process.exited;
      const event = this.#event('killed', { pid, lostFrames: lost.frames, lostBytes: lost.bytes });
      return { changed: true, lostInFlight: lost.frames, event };
    });
  }

  stop(): Promise<Acted> {
    return this.#inTurn(async () => (this.#process === null ? nothing : await this.#stop(this.#process)));
  }

  restart(): Promise<Acted> {
    return this.#inTurn(async () => {
      const first = this.#process === null ? null : await this.#stop(this.#process);
      const { event } = await this.#start();
      return { changed: true, lostInFlight: 0, event: first?.event ?? event };
    });
  }

  pause(): Promise<Acted> {
    return this.#inTurn(async () => {
      const process = this.#running();
      if (process.state() === 'paused') return nothing;
      await process.pause();
      return { changed: true, lostInFlight: 0, event: this.#event('paused') };
    });
  }

  resume(): Promise<Acted> {
    return this.#inTurn(async () => {
      const process = this.#running();
      if (process.state() !== 'paused') return nothing;
      process.resume();
      return { changed: true, lostInFlight: 0, event: this.#event('resumed') };
    });
  }

  /**
   * Lets it live under these conditions. Null when there is nobody to hear of it, or no answer in time: they
   * are part of what the next process is told at its start, and a stopped one hears of them when it goes on.
   */
  async condition(
    conditions: NodeConditions,
    deadlineMs: number,
  ): Promise<{ readonly process: ProcessIdentity; readonly hits: ConditionHits } | null> {
    const process = this.#process;
    if (process === null) return null;
    const answer = process.condition(conditions, deadlineMs);
    const hits = process.state() === 'paused' ? null : await answer;
    return hits === null ? null : { process: process.identity, hits };
  }

  /**
   * Ends its process, outside the turn of actions and for good: the cluster goes down. With `graceMs` it may
   * finish by itself first. Answers whether there was one.
   */
  async end(graceMs: number): Promise<boolean> {
    this.#closed = true;
    const process = this.#process;
    if (process === null) return false;
    this.#expectsEnd = true;
    if (graceMs > 0) await Promise.race([process.stop(), wait(graceMs, undefined, { ref: false })]);
    process.kill();
    await process.exited;
    return true;
  }

  async #start(): Promise<Acted> {
    if (this.#closed) throw new ReplabError('stopping', { cluster: this.#world.cluster });
    const { engine, events, mark, reaper } = this.#world;
    const onTrace = (traced: readonly TraceEvent[]): void => {
      for (const { name, fields } of traced) events.append(this.id, name, fields);
    };
    const process = engine.start({ node: this.id, logFile: this.#world.logFile(this.id), mark, onTrace });
    this.#process = process;
    this.#expectsEnd = false;
    reaper.watch(process.identity);
    void process.exited.then((exit) => this.#onExit(process, exit));
    const ready = await this.#boot(process);
    await this.#world.proxy.upstream(this.id, ready);
    this.#ready = ready;
    return {
      changed: true,
      lostInFlight: 0,
      event: this.#event('started', { pid: process.identity.pid, boot: ready.boot }),
    };
  }

  async #boot(process: NodeProcess): Promise<NodeReady> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('it did not get ready in time')), bootMs);
    try {
      this.#world.record.started(this.id, process.identity);
      return await Promise.race([process.boot(this.#world.init(this.id, this.disk)), late.promise]);
    } catch (error) {
      this.#expectsEnd = true;
      process.kill();
      await process.exited;
      if (error instanceof ReplabError) throw error;
      const code = error instanceof BootError && error.store ? 'store-unusable' : 'node-failed';
      const { message } = error as Error;
      throw new ReplabError(
        code,
        { cluster: this.#world.cluster, node: this.id, detail: message },
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #stop(process: NodeProcess): Promise<Acted> {
    this.#expectsEnd = true;
    await process.stop();
    const { code, signal } = await process.exited;
    return { changed: true, lostInFlight: 0, event: this.#event('stopped', { code, signal }) };
  }

  #onExit(process: NodeProcess, { code, signal, reason }: NodeExit): void {
    this.#process = null;
    this.#ready = null;
    this.#rest = signal === 'SIGKILL' ? 'killed' : 'stopped';
    this.#world.reaper.ended(process.identity);
    if (!this.#expectsEnd) this.#event('exited', { code, signal, reason });
    // Rejects only when the proxy has ended, which ends the supervisor.
    this.#world.proxy.upstream(this.id, null).catch(() => {});
  }

  #running(): NodeProcess {
    if (this.#process !== null) return this.#process;
    throw new ReplabError('node-down', { cluster: this.#world.cluster, node: this.id, state: this.state });
  }

  #event(name: string, fields: Parameters<EventLog['append']>[2] = {}): number {
    return this.#world.events.append(this.id, name, fields);
  }

  #inTurn(act: () => Promise<Acted>): Promise<Acted> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => {});
    return done;
  }
}
