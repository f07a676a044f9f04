import type { HitView } from '../cluster/snapshot.ts';
import { isPayload, type TrafficClass, type TrafficCount } from './traffic.ts';

/** What one fault held back since it began. */
export class Hit implements TrafficCount {
  readonly id: string;
  readonly #byClass = new Map<TrafficClass, number>();
  readonly #seen = new WeakSet<object>();
  #payload = 0;
  #bytes = 0;
  #connections = 0;

  constructor(id: string) {
    this.id = id;
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

  view(): HitView {
    return {
      byClass: Object.fromEntries(this.#byClass),
      payload: this.#payload,
      bytes: this.#bytes,
      connections: this.#connections,
      counts: {},
    };
  }
}
