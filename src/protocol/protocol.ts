import type { Hash48 } from '../lib/hash.ts';
import type { Rng } from '../lib/rng.ts';
import type { Entry } from './entry.ts';
import type { MessageClass, Lane } from './message-class.ts';
import type { DiskId, NodeId } from './node-id.ts';
import type { Ballot, EpochStart, Position } from './position.ts';
import type { Outcome, Request, RequestId } from './request.ts';
import type { Digest, Store } from './store.ts';

/**
 * A replica is a value that steps. One step reads and writes its store and returns what the world should
 * do once that is durable. No clock, no promise, no callback: time and chance are arguments.
 */
export interface Replica {
  step(input: Input): readonly Effect[];
  status(): ReplicaStatus;
}

/** What every step is told: `now` is monotonic ms of this process, `wall` its calendar clock in ms. */
interface Timed {
  readonly now: number;
  readonly wall: number;
}

export type Input = Timed &
  (
    | { readonly type: 'start' }
    | MessageInput
    | { readonly type: 'request'; readonly id: RequestId; readonly request: Request }
    | { readonly type: 'timer'; readonly name: string }
    /** After the commit: what the turn appended or received. Waits open and entries leave here. */
    | { readonly type: 'appended'; readonly entries: readonly Entry[] }
    | { readonly type: 'operator'; readonly id: RequestId; readonly command: OperatorCommand }
  );

export interface MessageInput {
  readonly type: 'message';
  readonly from: NodeId;
  /** The sender's disk and boot, from its hello: a message counts for that disk alone. */
  readonly disk: DiskId;
  readonly boot: number;
  readonly message: Message;
}

/** A protocol's message: its class, and the fields that class defines. */
export interface Message {
  readonly class: MessageClass;
}

export type OperatorCommand =
  /** Lead, under this ballot. The supervisor has checked what the operator asked it to check. */
  | {
      readonly kind: 'promote';
      readonly ballot: Ballot;
      readonly settings?: Readonly<Record<string, string>>;
    }
  /** Leader only: settings as text, by name; a log entry, so that every replica learns them. */
  | { readonly kind: 'set'; readonly settings: Readonly<Record<string, string>> };

export type Effect =
  | { readonly type: 'send'; readonly to: NodeId; readonly lane: Lane; readonly message: Message }
  | { readonly type: 'reply'; readonly id: RequestId; readonly outcome: Outcome }
  /** One timer per name; `at` in `now` time, null to clear. */
  | { readonly type: 'timer'; readonly name: string; readonly at: number | null }
  | { readonly type: 'trace'; readonly event: TraceEvent };

/** Something worth telling: the event log's lines, the screen's list, the tests' coverage marks. */
export interface TraceEvent {
  readonly name: TraceName;
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
}

export type TraceName =
  | 'promoted'
  | 'stepped-down'
  | 'following'
  | 'subscribed'
  | 'suspected'
  | 'unsuspected'
  | 'rewound'
  | 'discarded'
  | 'write-unknown'
  | 'sync-lost'
  | 'sync-degraded'
  | 'sync-restored'
  | 'designated'
  | 'config'
  | 'stopped'
  | 'recovered'
  /** By the host: messages to a peer were let go, since its queue was full (T6). */
  | 'send-dropped';

export interface Boot {
  readonly self: NodeId;
  /** All configured members, this one included, by ordinal. */
  readonly members: readonly NodeId[];
  readonly options: ModeOptions;
  readonly store: Store;
  readonly rng: Rng;
}

/** Options as text by name; a mode parses its own. Live settings are in the log, not here. */
export type ModeOptions = Readonly<Record<string, string>>;

export type Role = 'leader' | 'follower';

/** Plain data; everything a screen, a test or an invariant needs to know of a replica. */
export interface ReplicaStatus {
  readonly role: Role;
  /** The epoch it leads or follows: the highest it promised. */
  readonly epoch: Ballot;
  /** Whom it takes entries from (itself, when leading); null when none was heard in this epoch, or suspected. */
  readonly leader: NodeId | null;
  readonly received: Position;
  /** Committed to this disk: never beyond `received`. */
  readonly durable: Position;
  readonly applied: Position;
  /** The highest position the acknowledgement rule covered, as far as this replica knows. */
  readonly committed: Position;
  readonly chain: Hash48;
  readonly base: Position;
  readonly epochs: readonly EpochStart[];
  readonly logBytes: number;
  readonly digest: Digest;
  readonly keys: number;
  readonly suspects: readonly NodeId[];
  /** Why it serves nothing until someone acts, or null. */
  readonly stopped: string | null;
  /** It is undoing, or may have to undo, a forked tail: it serves no reads. */
  readonly rewinding: boolean;
  /** Live settings in force, as text. */
  readonly settings: Readonly<Record<string, string>>;
  /** Index of the entry they are from; 0 while the log has none, and they are what this node was started with. */
  readonly settingsAt: number;
  /** Writes waiting for their acknowledgement rule. */
  readonly pending: number;
  /** True after `sync-degraded` and before `sync-restored`. */
  readonly degraded: boolean;
  /** A leader's view of the replicas it serves. */
  readonly followers: readonly FollowerStatus[];
}

export interface FollowerStatus {
  readonly id: NodeId;
  readonly disk: DiskId;
  readonly received: Position;
  readonly durable: Position;
  readonly applied: Position;
  readonly unackedBytes: number;
  readonly unackedEntries: number;
}

export interface OptionSpec {
  readonly name: string;
  readonly placeholder: string;
  readonly summary: string;
  readonly fallback: string;
  /** Changeable on a running cluster by `set NAME=VALUE`. */
  readonly live: boolean;
  /** Null when `text` is fine, else what was expected. */
  check(text: string, members: readonly NodeId[]): string | null;
}

export interface Mode {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  create(boot: Boot): Replica;
}
