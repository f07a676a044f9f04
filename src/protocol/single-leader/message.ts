import type { Hash48 } from '../../lib/hash.ts';
import type { Entry } from '../entry.ts';
import type { Ballot, EpochStart, Position } from '../position.ts';

/**
 * One follower's subscription to one leader. The follower draws the id, ascending over its disk's life;
 * entries and acknowledgements count for the stream they name and no other (F1, F5).
 */
export type StreamId = number;

export interface Heartbeat {
  readonly class: 'heartbeat';
  readonly epoch: Ballot;
  /** The stream the leader serves this follower on; null tells it to subscribe. */
  readonly stream: StreamId | null;
  readonly last: Position;
  readonly committed: Position;
  /** Ascending within a boot of the sender: a heartbeat with an old one proves nothing (F8). */
  readonly seq: number;
  /** The leader's monotonic clock, echoed for the round trip. */
  readonly sentAt: number;
}

export interface Ack {
  readonly class: 'ack';
  readonly epoch: Ballot;
  readonly stream: StreamId | null;
  readonly received: Position;
  readonly durable: Position;
  readonly applied: Position;
  /** `sentAt` of the heartbeat this answers, or null. */
  readonly echo: number | null;
}

export interface Subscribe {
  readonly class: 'subscribe';
  readonly epoch: Ballot;
  readonly stream: StreamId;
  readonly epochs: readonly EpochStart[];
  readonly last: Position;
  readonly chain: Hash48;
}

export type Reject = {
  readonly class: 'reject';
  /** The highest epoch the sender promised. */
  readonly epoch: Ballot;
  readonly stream: StreamId | null;
} & (
  | { readonly reason: 'stale-epoch' }
  /** The subscriber's log leaves the leader's after `fork`: it must rewind to there (F3). */
  | { readonly reason: 'fork'; readonly fork: Position }
  /** The leader no longer has the entries this subscriber lacks. */
  | { readonly reason: 'needs-snapshot'; readonly base: Position }
  /** Equal position, other chain: a breach of I3, so nobody's to repair. */
  | { readonly reason: 'diverged'; readonly at: Position }
);

export interface Append {
  readonly class: 'append';
  readonly epoch: Ballot;
  readonly stream: StreamId;
  readonly previous: Position;
  readonly previousChain: Hash48;
  /** Empty to accept a subscription, and as a probe of a silent follower (F4). */
  readonly entries: readonly Entry[];
  readonly committed: Position;
}

export type SingleLeaderMessage = Heartbeat | Ack | Subscribe | Reject | Append;
