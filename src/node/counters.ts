import type { FrameFaultKind } from './frame-codec.ts';
import type { HelloFault } from './hello.ts';

/** Why the node process closed a connection or let a frame, a message or a request go. */
export type DropReason =
  | FrameFaultKind
  | HelloFault
  /** A connection gave way to a later one of the same peer and lane (T4). */
  | 'replaced'
  /** A message of a disk or boot that is over (T4). */
  | 'stale-message'
  /** A message of a shard that there is not: that of another cluster, or of another version. */
  | 'shard-unknown'
  /** More connections without a hello than are ever needed. */
  | 'too-many-strangers'
  /** The peer wrote on a connection that this node dialled (T1). */
  | 'bytes-back'
  /** The send queue was full (T6). */
  | 'queue-full'
  /** The connection ended within a message; the rest was not sent elsewhere (T5). */
  | 'cut-message'
  | 'message-too-large'
  /** A request whose client had gone before it was stepped (T11). */
  | 'client-gone'
  | 'resp-protocol'
  | 'http-on-client-port'
  /** Events for a supervisor that does not read. */
  | 'trace-overflow';

/** Counts since the process began, by reason. */
export class Counters {
  readonly #counts = new Map<DropReason, number>();

  count(reason: DropReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
