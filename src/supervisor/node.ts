import type { NodeState } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { LostUnsynced, NodeProcess, NodeReady } from '../engines/engine.ts';
import type { ProcessIdentity } from '../control/process-identity.ts';
import type { NodeConditions } from '../faults/conditions.ts';
import type { ConditionHits } from '../faults/machine.ts';
import { diskName, type DiskId, type NodeId } from '../protocol/node-id.ts';
import type { EventLog } from './event-log.ts';
import { createEndings, type Endings } from './endings.ts';
import { freeze, NodeDisk, turnTo } from './node-disk.ts';
import type { Meeting } from './meeting.ts';
import { NodeLife } from './node-life.ts';
import { nothing, type Acted, type DiskActed, type KillOptions, type NodeWorld } from './node-world.ts';
import { Turns } from './turns.ts';

/** One node over its processes: at most one at a time, all with the same disk. Actions are done one by one. */
export class ManagedNode {
  readonly id: NodeId;
  readonly storage: NodeDisk;
  readonly #world: NodeWorld;
  readonly #life: NodeLife;
  readonly #turns: Turns;
  /** A pause is of one process. */
  readonly #pauseEnds: Endings;

  constructor(id: NodeId, world: NodeWorld) {
    this.id = id;
    this.storage = new NodeDisk(id, world);
    this.#world = world;
    this.#turns = new Turns(world.cluster);
    this.#life = new NodeLife(this.storage, world, this.#turns);
    this.#pauseEnds = createEndings(
      () => performance.now(),
      () => {
        // Refused only when the cluster goes down, and every process with it.
        this.#turns.take(() => this.#resumeOneOf(this.#pauseEnds.takeDue())).catch(() => {});
      },
    );
  }

  get disk(): DiskId {
    return this.storage.id;
  }

  /** Null while it does not run. */
  get process(): NodeProcess | null {
    return this.#life.process;
  }

  /** Null while it does not serve. */
  get ready(): NodeReady | null {
    return this.#life.ready;
  }

  /** As the system shows it now, not as it was left. */
  get state(): NodeState {
    return this.#life.state;
  }

  start(): Promise<Acted> {
    return this.#turns.take(async () => (this.process === null ? await this.#life.start() : nothing));
  }

  /**
   * The machine dies, or its process: what that takes with it is in the answer. The disk it leaves is made and
   * recorded before: a kill for which there is no room is refused, and nobody has died.
   */
  kill(options: KillOptions): Promise<Acted> {
    return this.#turns.take(async () => {
      const process = this.process;
      if (process === null && !options.wipe) return nothing;
      const { lost, removeFormer } = await this.#prepareDeath(process, options);
      const died = process === null ? nothing : await this.#life.die(process, options.process, lost);
      await removeFormer();
      if (!options.wipe) return died;
      const event = this.#event('wiped', { disk: diskName(this.disk) });
      return { ...died, changed: true, event: died.event ?? event };
    });
  }

  stop(): Promise<Acted> {
    return this.#turns.take(async () =>
      this.process === null ? nothing : await this.#life.stop(this.process),
    );
  }

  restart(): Promise<Acted> {
    return this.#turns.take(async () => {
      const first = this.process === null ? null : await this.#life.stop(this.process);
      const { event } = await this.#life.start();
      return { ...nothing, changed: true, event: first?.event ?? event };
    });
  }

  /** `forMs`: it goes on by itself after so long, if it is still this pause that holds it. */
  pause(forMs: number | null): Promise<Acted> {
    return this.#turns.take(async () => {
      const process = this.#running();
      if (process.state() === 'paused') return nothing;
      await process.pause();
      this.#pauseEnds.set(nameOf(process), forMs === null ? null : performance.now() + forMs);
      return { ...nothing, changed: true, event: this.#event('paused', forMs === null ? {} : { forMs }) };
    });
  }

  resume(): Promise<Acted> {
    return this.#turns.take(() => Promise.resolve(this.#resume(this.#running())));
  }

  /** Copies its disk under a name; a process that runs is frozen meanwhile. */
  save(name: string): Promise<DiskActed> {
    return this.#turns.take(async () => {
      const from = performance.now();
      const process = this.process?.state() === 'alive' ? this.process : null;
      const thaw = await freeze(process);
      const copy = await this.storage.copyAs(name).finally(thaw);
      const frozenMs = process === null ? 0 : Math.round(performance.now() - from);
      // Who takes the cluster down lets frozen processes go on.
      this.#turns.refuseIfClosed();
      await copy.keep();
      const saved = { bytes: copy.bytes, frozenMs };
      return { event: this.#event('disk-saved', { name, ...saved }), ...saved };
    });
  }

  /** An older copy of its disk comes back; a process that runs is stopped before, and started after. */
  restore(name: string): Promise<DiskActed> {
    return this.#turns.take(async () => {
      const process = this.process;
      const { next, bytes } = await this.storage.prepareCopy(name);
      const removeFormer = await turnTo([next], this.#world);
      if (process !== null) await this.#life.stop(process);
      await removeFormer();
      const event = this.#event('disk-restored', { name, disk: diskName(this.disk), bytes });
      if (process !== null) await this.#life.start();
      return { event, bytes, frozenMs: 0 };
    });
  }

  /**
   * Goes on with an empty disk, together with all others: first it is theirs (`turned`), then all have halted
   * (`emptied`). It goes on in its process, or in a new one if it has none or that does not halt.
   */
  renew(turned: Meeting<unknown>, emptied: Meeting<unknown>): Promise<Acted> {
    const renewed = this.#turns.take(async () => {
      await turned.come();
      const process = this.process === null ? null : await this.#life.halt(this.process);
      await emptied.come();
      return await this.#life.goOn(process);
    });
    renewed.catch((error: unknown) => {
      turned.miss(error);
      emptied.miss(error);
    });
    return renewed;
  }

  /**
   * Lets it live under these conditions. Null when there is nobody to hear of it, or no answer in time: they
   * are part of what the next process is told at its start, and a stopped one hears of them when it goes on.
   */
  async condition(
    conditions: NodeConditions,
    deadlineMs: number,
  ): Promise<{ readonly process: ProcessIdentity; readonly hits: ConditionHits } | null> {
    const { diskForgets } = conditions;
    if (diskForgets) await this.#turns.take(() => this.storage.setForgets(true));
    else await this.storage.setForgets(false);
    const process = this.process;
    if (process === null) return null;
    const answer = process.condition(conditions, deadlineMs);
    const hits = process.state() === 'paused' ? null : await answer;
    return hits === null ? null : { process: process.identity, hits };
  }

  /**
   * Ends its process, outside the turn of actions and for good: the cluster goes down. With `graceMs` it may
   * finish by itself first. Answers whether there was one, when nothing is done to it any more.
   */
  async end(graceMs: number): Promise<boolean> {
    const idle = this.#turns.close();
    this.#pauseEnds.stop();
    const ended = await this.#life.end(graceMs);
    await idle;
    return ended;
  }

  /** A process that may still write to a disk that forgets is frozen until it dies. */
  async #prepareDeath(
    process: NodeProcess | null,
    { process: keeps, wipe }: KillOptions,
  ): Promise<{ readonly lost: LostUnsynced | null; removeFormer(): Promise<void> }> {
    if (keeps && !wipe) return { lost: null, removeFormer: async () => {} };
    const thaw = await freeze(!wipe && this.storage.forgets ? process : null);
    try {
      const { lost, next } = wipe
        ? { lost: null, next: await this.storage.prepareEmpty() }
        : await this.storage.prepareDeath();
      return { lost, removeFormer: await turnTo(next === null ? [] : [next], this.#world) };
    } catch (error) {
      thaw();
      throw error;
    }
  }

  #resume(process: NodeProcess): Acted {
    this.#pauseEnds.set(nameOf(process), null);
    if (process.state() !== 'paused') return nothing;
    process.resume();
    return { ...nothing, changed: true, event: this.#event('resumed') };
  }

  /** Whoever resumed it before, or killed it, has ended the pause. */
  #resumeOneOf(paused: readonly string[]): Promise<Acted> {
    const process = this.process;
    const isMeant = process !== null && paused.includes(nameOf(process));
    return Promise.resolve(isMeant ? this.#resume(process) : nothing);
  }

  #running(): NodeProcess {
    if (this.process !== null) return this.process;
    throw new ReplabError('node-down', { cluster: this.#world.cluster, node: this.id, state: this.state });
  }

  #event(name: string, fields: Parameters<EventLog['append']>[2] = {}): number {
    return this.#world.events.append(this.id, name, fields);
  }
}

function nameOf({ identity }: NodeProcess): string {
  return `${identity.pid} ${identity.startTime}`;
}
