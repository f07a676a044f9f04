import { setTimeout as wait } from 'node:timers/promises';
import type { NodeState } from '../cluster/snapshot.ts';
import type { LostUnsynced, NodeExit, NodeProcess, NodeReady } from '../engines/engine.ts';
import { diskName, type NodeId } from '../protocol/node-id.ts';
import type { TraceEvent } from '../protocol/protocol.ts';
import type { EventLog } from './event-log.ts';
import type { NodeDisk } from './node-disk.ts';
import { nothing, whyNotBooted, type Acted, type NodeWorld } from './node-world.ts';
import type { Turns } from './turns.ts';

/** From its process's start until it must serve. Fifty at once on two cores take several seconds. */
const bootMs = 30_000;
/** To finish a turn and close a store. */
const haltMs = 5000;

/** The processes of one node, one after the other, from a start to whatever end. Whoever calls has the turn. */
export class NodeLife {
  readonly #id: NodeId;
  readonly #storage: NodeDisk;
  readonly #world: NodeWorld;
  readonly #turns: Turns;
  #process: NodeProcess | null = null;
  #ready: NodeReady | null = null;
  /** What it is when it has no process. */
  #rest: 'stopped' | 'killed' = 'stopped';
  /** An end that was asked for is no news. */
  #expectsEnd = false;

  constructor(storage: NodeDisk, world: NodeWorld, turns: Turns) {
    this.#id = storage.node;
    this.#storage = storage;
    this.#world = world;
    this.#turns = turns;
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

  async start(): Promise<Acted> {
    this.#turns.refuseIfClosed();
    const { engine, events, mark, reaper } = this.#world;
    const onTrace = (traced: readonly TraceEvent[]): void => {
      for (const { name, fields } of traced) events.append(this.#id, name, fields);
    };
    const process = engine.start({ node: this.#id, logFile: this.#world.logFile(this.#id), mark, onTrace });
    this.#process = process;
    this.#expectsEnd = false;
    reaper.watch(process.identity);
    void process.exited.then((exit) => this.#onExit(process, exit));
    const ready = await this.#boot(process);
    return { ...nothing, changed: true, event: this.#serve(process, ready) };
  }

  #serve(process: NodeProcess, { boot }: NodeReady): number {
    return this.#event('started', { pid: process.identity.pid, disk: diskName(this.#storage.id), boot });
  }

  async die(process: NodeProcess, keeps: boolean, lostUnsynced: LostUnsynced | null): Promise<Acted> {
    this.#expectsEnd = true;
    const { proxy } = this.#world;
    // In this order, and carried out in it: nobody reaches it, it says no more, what it said is gone.
    const unreachable = proxy.upstream(this.#id, null);
    process.kill();
    const lost = keeps ? { frames: 0, bytes: 0 } : await proxy.discard(this.#id);
    await Promise.all([unreachable, process.exited]);
    if (lostUnsynced !== null) this.#storage.countDeath(lostUnsynced);
    const event = this.#event('killed', {
      pid: process.identity.pid,
      ...(keeps ? { process: true } : { lostFrames: lost.frames, lostBytes: lost.bytes }),
      ...(lostUnsynced && { unsyncedCommits: lostUnsynced.commits, unsyncedBytes: lostUnsynced.bytes }),
    });
    return { changed: true, lostInFlight: lost.frames, lostUnsynced, event };
  }

  /** Null when it is no longer there: who does not halt is killed, since nothing of before may go on. */
  async halt(process: NodeProcess): Promise<NodeProcess | null> {
    process.resume();
    if (await process.halt(haltMs)) return process;
    if (process.state() === null) await process.exited;
    else await this.die(process, true, null);
    this.#turns.refuseIfClosed();
    return null;
  }

  /** In the process it has, or in a new one. */
  async goOn(process: NodeProcess | null): Promise<Acted> {
    if (process === null || this.#process !== process) return await this.start();
    const ready = await this.#boot(process);
    return { ...nothing, changed: true, event: this.#serve(process, ready) };
  }

  async #boot(process: NodeProcess): Promise<NodeReady> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('it did not get ready in time')), bootMs);
    try {
      await this.#world.record.started(this.#id, process.identity);
      const ready = await Promise.race([
        process.boot(this.#world.init(this.#id, this.#storage.id)),
        late.promise,
      ]);
      await this.#storage.served();
      await this.#world.proxy.upstream(this.#id, ready);
      this.#ready = ready;
      return ready;
    } catch (error) {
      this.#expectsEnd = true;
      process.kill();
      await process.exited;
      throw whyNotBooted(error, { cluster: this.#world.cluster, node: this.#id });
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(process: NodeProcess): Promise<Acted> {
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
    this.#world.proxy.upstream(this.#id, null).catch(() => {});
  }

  /** For good: with `graceMs` it may finish by itself first. Answers whether there was one. */
  async end(graceMs: number): Promise<boolean> {
    const process = this.#process;
    if (process === null) return false;
    this.#expectsEnd = true;
    if (graceMs > 0) await Promise.race([process.stop(), wait(graceMs, undefined, { ref: false })]);
    process.kill();
    await process.exited;
    return true;
  }

  #event(name: string, fields: Parameters<EventLog['append']>[2] = {}): number {
    return this.#world.events.append(this.#id, name, fields);
  }
}
