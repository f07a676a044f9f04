import { setTimeout as wait } from 'node:timers/promises';
import type { NodeState } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { type NodeExit, type NodeProcess, type NodeReady } from '../engines/engine.ts';
import type { ProcessIdentity } from '../control/process-identity.ts';
import type { NodeConditions } from '../faults/conditions.ts';
import type { ConditionHits } from '../faults/machine.ts';
import { diskName, type DiskId, type NodeId } from '../protocol/node-id.ts';
import type { TraceEvent } from '../protocol/protocol.ts';
import type { EventLog } from './event-log.ts';
import { NodeDisk } from './node-disk.ts';
import {
  nothing,
  whyNotBooted,
  type Acted,
  type DiskActed,
  type KillOptions,
  type NodeWorld,
} from './node-world.ts';

/** From its process's start until it must serve. Fifty at once on two cores take several seconds. */
const bootMs = 30_000;
/** To finish a turn and close a store. */
const haltMs = 5000;

/** One node over its processes: at most one at a time, all with the same disk. Actions are done one by one. */
export class ManagedNode {
  readonly id: NodeId;
  readonly storage: NodeDisk;
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
  #pauseEnds: NodeJS.Timeout | undefined;

  constructor(id: NodeId, world: NodeWorld) {
    this.id = id;
    this.storage = new NodeDisk(id, world);
    this.#world = world;
  }

  get disk(): DiskId {
    return this.storage.id;
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

  /** The machine dies, or its process: what that takes with it is in the answer. */
  kill({ process: keeps, wipe }: KillOptions): Promise<Acted> {
    return this.#inTurn(async () => {
      const process = this.#process;
      const died = process === null ? nothing : await this.#die(process, keeps);
      if (!wipe) return died;
      await this.storage.wipe();
      const event = this.#event('wiped', { disk: diskName(this.disk) });
      return { ...died, changed: true, event: died.event ?? event };
    });
  }

  stop(): Promise<Acted> {
    return this.#inTurn(async () => (this.#process === null ? nothing : await this.#stop(this.#process)));
  }

  restart(): Promise<Acted> {
    return this.#inTurn(async () => {
      const first = this.#process === null ? null : await this.#stop(this.#process);
      const { event } = await this.#start();
      return { ...nothing, changed: true, event: first?.event ?? event };
    });
  }

  /** `forMs`: it goes on by itself after so long, if it is still this pause that holds it. */
  pause(forMs: number | null): Promise<Acted> {
    return this.#inTurn(async () => {
      const process = this.#running();
      if (process.state() === 'paused') return nothing;
      await process.pause();
      clearTimeout(this.#pauseEnds);
      if (forMs !== null) this.#pauseEnds = setTimeout(() => void this.#resumeAfter(process), forMs);
      return { ...nothing, changed: true, event: this.#event('paused', forMs === null ? {} : { forMs }) };
    });
  }

  resume(): Promise<Acted> {
    return this.#inTurn(() => Promise.resolve(this.#resume(this.#running())));
  }

  /** Copies its disk under a name; a process that runs is frozen meanwhile. */
  save(name: string): Promise<DiskActed> {
    return this.#inTurn(async () => {
      const saved = await this.storage.save(name, this.#process);
      return { event: this.#event('disk-saved', { name, ...saved }), ...saved };
    });
  }

  /** An older copy of its disk comes back; a process that runs is stopped before, and started after. */
  restore(name: string): Promise<DiskActed> {
    return this.#inTurn(async () => {
      const process = this.#process;
      await this.storage.refuseIfMissing(name);
      if (process !== null) await this.#stop(process);
      const bytes = await this.storage.restore(name);
      const event = this.#event('disk-restored', { name, disk: diskName(this.disk), bytes });
      if (process !== null) await this.#start();
      return { event, bytes, frozenMs: 0 };
    });
  }

  /**
   * Goes on with an empty disk: in its process if it runs, else in a new one. `allHalted` settles when nobody
   * in the cluster does anything any more, and has to be told that this one does not.
   */
  renew(halted: () => void, allHalted: Promise<unknown>): Promise<Acted> {
    return this.#inTurn(async () => {
      const process = this.#process;
      try {
        process?.resume();
        if (process !== null && !(await process.halt(haltMs))) {
          throw new ReplabError('node-silent', {
            cluster: this.#world.cluster,
            node: this.id,
            state: this.state,
          });
        }
      } finally {
        halted();
      }
      await allHalted;
      await this.#world.proxy.discard(this.id);
      await this.storage.wipe();
      if (process === null) return await this.#start();
      const ready = await this.#boot(process);
      return { ...nothing, changed: true, event: this.#serve(process, ready) };
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
    if (conditions.diskForgets) await this.#inTurn(() => this.storage.sync());
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
    clearTimeout(this.#pauseEnds);
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
    return { ...nothing, changed: true, event: this.#serve(process, ready) };
  }

  #serve(process: NodeProcess, { boot }: NodeReady): number {
    return this.#event('started', { pid: process.identity.pid, disk: diskName(this.disk), boot });
  }

  async #die(process: NodeProcess, keeps: boolean): Promise<Acted> {
    this.#expectsEnd = true;
    const { proxy } = this.#world;
    // In this order, and carried out in it: nobody reaches it, it says no more, what it said is gone.
    const unreachable = proxy.upstream(this.id, null);
    process.kill();
    const lost = keeps ? { frames: 0, bytes: 0 } : await proxy.discard(this.id);
    await Promise.all([unreachable, process.exited]);
    const lostUnsynced = keeps ? null : await this.storage.machineDied();
    const event = this.#event('killed', {
      pid: process.identity.pid,
      ...(keeps ? { process: true } : { lostFrames: lost.frames, lostBytes: lost.bytes }),
      ...(lostUnsynced && { unsyncedCommits: lostUnsynced.commits, unsyncedBytes: lostUnsynced.bytes }),
    });
    return { changed: true, lostInFlight: lost.frames, lostUnsynced, event };
  }

  #resume(process: NodeProcess): Acted {
    clearTimeout(this.#pauseEnds);
    if (process.state() !== 'paused') return nothing;
    process.resume();
    return { ...nothing, changed: true, event: this.#event('resumed') };
  }

  /** Whoever resumed it before, or killed it, has ended the pause. */
  async #resumeAfter(process: NodeProcess): Promise<void> {
    await this.#inTurn(() => Promise.resolve(this.#process === process ? this.#resume(process) : nothing));
  }

  async #boot(process: NodeProcess): Promise<NodeReady> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('it did not get ready in time')), bootMs);
    try {
      await this.#world.record.started(this.id, process.identity);
      const ready = await Promise.race([process.boot(this.#world.init(this.id, this.disk)), late.promise]);
      await this.storage.sync();
      await this.#world.proxy.upstream(this.id, ready);
      this.#ready = ready;
      return ready;
    } catch (error) {
      this.#expectsEnd = true;
      process.kill();
      await process.exited;
      throw whyNotBooted(error, { cluster: this.#world.cluster, node: this.id });
    } finally {
      clearTimeout(timer);
    }
  }

  async #stop(process: NodeProcess): Promise<Acted> {
    this.#expectsEnd = true;
    await process.stop();
    const { code, signal } = await process.exited;
    return { ...nothing, changed: true, event: this.#event('stopped', { code, signal }) };
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

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(act);
    this.#queue = done.catch(() => {});
    return done;
  }
}
