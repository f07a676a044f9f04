import type { Lane } from '../protocol/message-class.ts';
import type { Input } from '../protocol/protocol.ts';
import { replacedBy } from './coalesce.ts';
import type { RequestId } from '../protocol/request.ts';

type Timeless<T> = T extends unknown ? Omit<T, 'now' | 'wall'> : never;
export type Arrival = Timeless<Input>;

const lanesFirst = { ctl: 0, log: 1, bulk: 2 } as const;

interface Waiting {
  readonly arrival: Arrival;
  /** T9: ctl first; the rest in order of arrival. */
  readonly rank: number;
  readonly lane: Lane | null;
  /** When it arrived. */
  readonly at: number;
  marked?: boolean;
}

/** What has arrived at a simulated node and was not stepped. */
export class Inbox {
  #waiting: Waiting[] = [];

  push(arrival: Arrival, lane: Lane | null, at: number): void {
    if (arrival.type === 'message') this.#coalesce(arrival, lane);
    this.#waiting.push({ arrival, lane, at, rank: lane === null ? 1 : lanesFirst[lane] });
  }

  #coalesce({ from, message }: Extract<Arrival, { type: 'message' }>, lane: Lane | null): void {
    const line = this.#waiting.flatMap((waiting) => {
      const { arrival } = waiting;
      const same = arrival.type === 'message' && arrival.from === from && waiting.lane === lane;
      return same ? [{ waiting, message: arrival.message }] : [];
    });
    const replaced = replacedBy(
      message,
      line.map((one) => one.message),
    );
    if (replaced < 0) return;
    const { waiting } = line[replaced]!;
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
  }

  /** Before all others: a turn ended without them. */
  putBack(arrivals: readonly Arrival[], at: number): void {
    this.#waiting.unshift(...arrivals.map((arrival) => ({ arrival, lane: null, rank: 0, at })));
  }

  /** T11: the connection of a request closed before it was stepped. False: it was. */
  forget(id: RequestId): boolean {
    const left = this.#waiting.filter(({ arrival }) => arrival.type !== 'request' || arrival.id !== id);
    const found = left.length < this.#waiting.length;
    this.#waiting = left;
    return found;
  }

  clear(): void {
    this.#waiting = [];
  }

  /** Marks all there is now; `marked` counts those that are still here. */
  mark(): void {
    for (const waiting of this.#waiting) waiting.marked = true;
  }

  /** What may not be taken is no longer counted: it waits for the machine, not for its turn. */
  unmark(may: (arrival: Arrival) => boolean): void {
    for (const waiting of this.#waiting) if (!may(waiting.arrival)) waiting.marked = false;
  }

  get marked(): number {
    return this.#waiting.reduce((sum, { marked }) => sum + (marked === true ? 1 : 0), 0);
  }

  some(may: (arrival: Arrival) => boolean): boolean {
    return this.#waiting.some(({ arrival }) => may(arrival));
  }

  /** At most `size` of those that may be taken, `onTake` told of each; `all`: there are no others. */
  take(
    size: number,
    may: (arrival: Arrival) => boolean,
    onTake: (arrival: Arrival, at: number) => void,
  ): { readonly arrivals: readonly Arrival[]; readonly all: boolean } {
    const taken = new Set<Waiting>();
    let all = true;
    for (const waiting of this.#waiting.toSorted((a, b) => a.rank - b.rank)) {
      if (!may(waiting.arrival)) continue;
      all = taken.size < size;
      if (!all) break;
      taken.add(waiting);
      onTake(waiting.arrival, waiting.at);
    }
    this.#waiting = this.#waiting.filter((waiting) => !taken.has(waiting));
    return { arrivals: [...taken].map(({ arrival }) => arrival), all };
  }
}
