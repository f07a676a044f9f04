import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { ReplabError } from '../control/errors.ts';
import type { Changed, Facts, Methods } from '../control/message.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { makePrivateDir, paths } from '../control/state-dir.ts';
import type { EventLog } from './event-log.ts';
import { startLoadProcess, type LoadProcess } from './load-process.ts';
import type { Reaper } from './reaper-link.ts';
import type { RecordFile } from './record-file.ts';

interface LoadsWorld {
  readonly cluster: string;
  readonly dir: string;
  readonly events: EventLog;
  readonly record: RecordFile;
  readonly reaper: Reaper;
  readonly mark: string;
}

/** A load as it announced itself. */
interface Attended {
  readonly plan: LoadPlan;
  readonly pid: number;
  item(item: Methods['load']['item']): void;
}

interface Running extends Attended {
  /** With the event of its end. */
  readonly ended: PromiseWithResolvers<number>;
}

/**
 * Loads of a cluster: their ids, the events of their beginning and end, and the processes of those in the
 * background. Whoever runs one announces it, in the background or not.
 */
export class Loads {
  readonly #world: LoadsWorld;
  readonly #running = new Map<string, Running>();
  readonly #processes = new Set<LoadProcess>();
  #last: number | null = null;
  #closed = false;

  constructor(world: LoadsWorld) {
    this.#world = world;
  }

  running(): Methods['loads']['result']['loads'] {
    return [...this.#running].map(([id, { pid, plan }]) => ({ id, pid, plan }));
  }

  /** Until the load says that it has ended, or its connection does. */
  async attend(load: Attended, signal: AbortSignal): Promise<Methods['load']['result']> {
    const { events } = this.#world;
    const id = this.#nextId();
    const ended = Promise.withResolvers<number>();
    this.#running.set(id, { ...load, ended });
    const event = events.append(null, 'load-started', { id, ...factsOf(load.plan) });
    const { tMs } = events.after(event - 1)[0]!;
    load.item({ id, event, tMs });
    setMaxListeners(0, signal);
    const onAbort = (): void => void this.end(id, { lost: true });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    return { event: await ended.promise };
  }

  /** One that has ended is left as it is. */
  end(id: string, figures: Facts): Changed {
    const { events } = this.#world;
    const load = this.#running.get(id);
    if (load === undefined) return { changed: false, event: events.last };
    this.#running.delete(id);
    const event = events.append(null, 'load-stopped', { id, ...figures });
    load.ended.resolve(event);
    return { changed: true, event };
  }

  async start(plan: LoadPlan, withinMs: number): Promise<Methods['load-start']['result']> {
    const { cluster, dir, mark, reaper } = this.#world;
    const process = startLoadProcess({ dir, cluster, mark, plan, withinMs });
    this.#processes.add(process);
    reaper.watch(process.identity);
    this.#note();
    void process.exited.then(() => this.#gone(process));
    const { id, event } = await process.acknowledged;
    return { changed: true, event, id, pid: process.identity.pid };
  }

  async stop(asked: string | null): Promise<Methods['load-stop']['result']> {
    const id = asked ?? this.#onlyOne();
    const load = this.#running.get(id);
    if (load === undefined) return { id, changed: false, event: this.#world.events.last };
    load.item({ stop: true });
    return { id, changed: true, event: await load.ended.promise };
  }

  /** Ends those in the background, in good order if that takes no longer than `graceMs`. Answers how many there were. */
  async close(graceMs: number): Promise<number> {
    this.#closed = true;
    const processes = [...this.#processes];
    const all = Promise.all(processes.map(({ exited }) => exited));
    if (graceMs > 0 && processes.length > 0) {
      for (const { item } of this.#running.values()) item({ stop: true });
      await Promise.race([all, wait(graceMs, undefined, { ref: false })]);
    }
    for (const process of processes) process.kill();
    await all;
    // Their connections close later than the event log.
    for (const id of this.#running.keys()) this.end(id, { lost: true });
    return processes.length;
  }

  #onlyOne(): string {
    const { cluster } = this.#world;
    const [first, second] = this.#running.keys();
    const names = [...this.#running.keys()].join(', ');
    if (first === undefined) throw new ReplabError('no-such-load', { cluster, id: null, names });
    if (second !== undefined) throw new ReplabError('several-loads', { cluster, names, first });
    return first;
  }

  #gone(process: LoadProcess): void {
    this.#processes.delete(process);
    this.#world.reaper.ended(process.identity);
    this.#note();
  }

  /** Whoever finds the record later knows what may run. */
  #note(): void {
    if (this.#closed) return;
    this.#world.record.tryChange({ loads: [...this.#processes].map(({ identity }) => identity) });
  }

  /** Counts on where histories end: an id is a file's name and the beginning of keys, for the cluster's life. */
  #nextId(): string {
    const histories = paths.histories(this.#world.dir);
    makePrivateDir(histories);
    this.#last ??= readdirSync(histories).reduce((most, name) => Math.max(most, numberIn(name)), 0);
    this.#last += 1;
    return `l${this.#last}`;
  }
}

function numberIn(name: string): number {
  return Number(/^l(\d{1,9})\./.exec(name)?.[1] ?? 0);
}

function factsOf({ workload, clients, ratePerS, read, seed }: LoadPlan): Facts {
  return { workload, clients, rate: ratePerS ?? 'max', read, seed };
}
