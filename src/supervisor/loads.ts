import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Changed, Facts, Methods } from '../control/message.ts';
import type { LoadPlan } from '../control/load-plan.ts';
import { makePrivateDir, paths } from '../control/state-dir.ts';
import type { EventLog } from './event-log.ts';

type Item = (item: Methods['load']['item']) => void;

/** Loads of a cluster: their ids, and the events of their beginning and end. Whoever runs one announces it. */
export class Loads {
  readonly #dir: string;
  readonly #events: EventLog;
  readonly #running = new Map<string, PromiseWithResolvers<number>>();
  #last: number | null = null;

  constructor(dir: string, events: EventLog) {
    this.#dir = dir;
    this.#events = events;
  }

  /** Until the load says that it has ended, or its connection does. */
  async attend(plan: LoadPlan, item: Item, signal: AbortSignal): Promise<Methods['load']['result']> {
    const id = this.#nextId();
    const ended = Promise.withResolvers<number>();
    this.#running.set(id, ended);
    const event = this.#events.append(null, 'load-started', { id, ...factsOf(plan) });
    const { tMs } = this.#events.after(event - 1)[0]!;
    item({ id, event, tMs });
    setMaxListeners(0, signal);
    const onAbort = (): void => void this.end(id, { lost: true });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    return { event: await ended.promise };
  }

  /** One that has ended is left as it is. */
  end(id: string, figures: Facts): Changed {
    const ended = this.#running.get(id);
    if (ended === undefined) return { changed: false, event: this.#events.last };
    this.#running.delete(id);
    const event = this.#events.append(null, 'load-stopped', { id, ...figures });
    ended.resolve(event);
    return { changed: true, event };
  }

  /** Counts on where histories end: an id is a file's name and the beginning of keys, for the cluster's life. */
  #nextId(): string {
    const histories = paths.histories(this.#dir);
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
