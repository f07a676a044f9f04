import type { HitView } from '../cluster/snapshot.ts';
import type { FlowCount } from '../faults/fault.ts';
import { isPayload, type TrafficClass, type TrafficCount } from './traffic.ts';

/** What one fault held back since it began. */
export class Hit implements TrafficCount {
  readonly id: string;
  readonly #byClass = new Map<TrafficClass, number>();
  readonly #seen = new WeakSet<object>();
  readonly #counts: Map<string, number>;
  #payload = 0;
  #bytes = 0;
  #connections = 0;

  /** `counts`: what there may be to count, 0 until it happens. */
  constructor(id: string, counts: readonly string[] = []) {
    this.id = id;
    this.#counts = new Map(counts.map((what) => [what, 0]));
  }

  add(trafficClass: TrafficClass, count: number): void {
    this.#byClass.set(trafficClass, (this.#byClass.get(trafficClass) ?? 0) + count);
    if (isPayload(trafficClass)) this.#payload += count;
  }

  /** Bytes, or with 0 a connection's opening or end, were held on `connection`. */
  addBytes(connection: object, bytes: number): void {
    this.#bytes += bytes;
    if (this.#seen.has(connection)) return;
    this.#seen.add(connection);
    this.#connections += 1;
  }

  /** Beside what was slowed or held: frames `lost`, connections `reset`, … */
  count(what: FlowCount, count: number): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  view(): HitView {
    return {
      byClass: Object.fromEntries(this.#byClass),
      payload: this.#payload,
      bytes: this.#bytes,
      connections: this.#connections,
      counts: Object.fromEntries(this.#counts),
    };
  }
}
