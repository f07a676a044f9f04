import type { NodeId } from '../protocol/node-id.ts';
import type { Role } from '../protocol/protocol.ts';
import type { Place } from './place.ts';

/**
 * What the supervisor observed of a cluster: `status --json`, and what `expect` sees. Null is "not known",
 * never a stand-in for zero. Positions and epochs carry their parts as numbers, since text does not order.
 */
export interface Snapshot {
  readonly schema: 'replab.snapshot/1';
  readonly cluster: string;
  readonly mode: string;
  readonly engine: string;
  /** The probe round this was made from; a fresh one is always higher. */
  readonly seq: number;
  readonly tMs: number;
  readonly phase: 'starting' | 'ready' | 'stopping';
  /** The newest event's number. */
  readonly events: number;
  /**
   * Those in force. What is fixed is what `up` was given; live settings are what the newest leader's log says,
   * or without a leader the furthest log among the nodes that answer: null when nobody can tell, or shards differ.
   */
  readonly options: Readonly<Record<string, string | null>>;
  /** By shard, the newest of each first. */
  readonly leaders: readonly LeaderView[];
  readonly nodes: readonly NodeView[];
  readonly links: readonly LinkView[];
  readonly faults: readonly FaultView[];
  readonly divergence: { readonly state: 'equal' | 'behind' | 'forked' | 'diverged' | 'unknown' };
}

export interface LeaderView {
  readonly id: NodeId;
  readonly shard: number;
  readonly epoch: EpochView;
  /** False for a leader of a lower epoch than another's in its shard: `@leader.old`. */
  readonly newest: boolean;
}

export interface EpochView {
  readonly number: number;
  readonly node: NodeId | null;
  readonly disk: number;
  readonly text: string;
}

export interface PositionView extends EpochView {
  readonly index: number;
}

export type NodeState = 'starting' | 'running' | 'paused' | 'stopped' | 'killed' | 'unknown';

/** What is a replica's is that of the first shard; `replicas` has all. */
export interface NodeView extends ReplicaView {
  readonly id: NodeId;
  readonly state: NodeState;
  readonly pid: number | null;
  readonly region: string | null;
  readonly disk: number;
  readonly boot: number | null;
  /** Age of what is shown; null when the node never answered. */
  readonly seenMs: number | null;
  /** How long its event loop has not answered; 0 when it answered this round. */
  readonly busyMs: number;
  /** `client`: the link's port, which faults touch. `direct`: past the proxy, for probes only (R5). */
  readonly address: {
    readonly client: string | null;
    readonly direct: string | null;
    /** As `client`, for clients that stand in a region, by region. */
    readonly clientAt: Readonly<Record<string, string>>;
  };
  /** Resident memory, in bytes. */
  readonly memory: number | null;
  /** How far its calendar is ahead of the machine's. */
  readonly clockErrorMs: number | null;
  /** Client requests that wait to be served, and for how long the first of them has. */
  readonly waiting: { readonly requests: number | null; readonly oldestMs: number | null };
  /** Connections and frames dropped by the transport, by reason. */
  readonly dropped: number | null;
  readonly replicas: readonly (ReplicaView & { readonly shard: number })[];
}

/** All null when the node did not answer this round. */
export interface ReplicaView {
  readonly role: Role | null;
  readonly epoch: EpochView | null;
  readonly leader: NodeId | null;
  readonly received: PositionView | null;
  readonly durable: PositionView | null;
  readonly applied: PositionView | null;
  readonly committed: PositionView | null;
  readonly lag: LagView;
  readonly digest: { readonly kind: 'rows'; readonly at: string; readonly value: string } | null;
  readonly keys: number | null;
  readonly suspects: readonly NodeId[] | null;
  readonly stopped: string | null;
  readonly rewinding: boolean | null;
  readonly pending: number | null;
  readonly degraded: boolean | null;
}

/** Behind the newest leader that answered. Null when this node, or every leader, did not. */
export interface LagView {
  /** Entries of the leader's log that this node's log does not hold. */
  readonly entries: number | null;
  readonly bytes: number | null;
  /** Since when the leader has had an entry that this node has not received; 0 when none. */
  readonly receivedMs: number | null;
  readonly appliedMs: number | null;
  /** The node's log holds entries that the leader's does not: they will be discarded. */
  readonly forked: boolean | null;
}

export interface LinkView {
  readonly from: Place;
  readonly to: NodeId;
  /** `slow`: it passes under conditions that are not those of a good line; distance alone is `ok`. */
  readonly state: 'ok' | 'slow' | 'held' | 'reset';
  /** What lies between the regions of its ends, one way. */
  readonly latencyMs: number;
  /** That, and what faults add to every byte that `from` sends, one way and without jitter; and there and back. */
  readonly delayMs: number;
  readonly roundTripMs: number;
  readonly faults: readonly string[];
  /** Bytes that wait or are under way because of faults now, each way. */
  readonly held: { readonly forward: number; readonly back: number };
  readonly connections: number;
  readonly bytes: number;
  readonly frames: number;
}

export interface FaultView {
  readonly id: string;
  readonly kind: string;
  /** As people type it: `isolate n3`. */
  readonly text: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
  readonly hit: HitView;
}

/** What a fault hit since it began: what links held back for it, and what it did to a node. */
export interface HitView {
  readonly byClass: Readonly<Record<string, number>>;
  /** Payload frames: a fault with none proved nothing. */
  readonly payload: number;
  readonly bytes: number;
  readonly connections: number;
  /** On its node, by what was hit: `stamps` of a skewed clock, … On links: frames `lost`, `duplicated`, `reordered`, chunks `stalled`, connections `reset`. */
  readonly counts: Readonly<Record<string, number>>;
}
