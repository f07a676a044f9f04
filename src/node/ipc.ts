import type { Durability } from '../cluster/spec.ts';
import type { NodeConditions } from '../faults/conditions.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { ModeOptions, OperatorCommand, ReplicaStatus, TraceEvent } from '../protocol/protocol.ts';
import type { Outcome } from '../protocol/request.ts';
import type { ConditionHits } from '../faults/machine.ts';

/** Between the supervisor and a node process, over the child's IPC channel. Its close ends the node. */
export type ToNode =
  | NodeInit
  | { readonly type: 'probe'; readonly id: number }
  | {
      readonly type: 'operator';
      readonly id: number;
      readonly shard: number;
      readonly command: OperatorCommand;
    }
  /** What it has to live with from now on. */
  | { readonly type: 'conditions'; readonly id: number; readonly conditions: NodeConditions }
  /** Finish the turn, answer what is open as unknown, give up the disk; `init` begins anew, on another one. */
  | { readonly type: 'halt'; readonly id: number }
  /** Finish the turn, answer what is open as unknown, close the store, exit 0. */
  | { readonly type: 'stop' };

export interface NodeInit {
  readonly type: 'init';
  readonly cluster: string;
  /** Proves membership of this cluster in every hello between nodes. */
  readonly token: string;
  readonly self: NodeId;
  readonly members: readonly NodeId[];
  readonly disk: DiskId;
  /** It has a replica of each. */
  readonly shards: number;
  /** The disk's directory: node.db and a data.db for each shard live in it. */
  readonly dir: string;
  readonly mode: string;
  readonly options: ModeOptions;
  readonly durability: Durability;
  /** Ports on 127.0.0.1 to reach each other member; a node never learns that they are links. */
  readonly peers: Readonly<Record<NodeId, number>>;
  /** Port at which clients reach each member, itself included: named in READONLY errors. */
  readonly clientPorts: Readonly<Record<NodeId, number>>;
  /**
   * More ports to serve clients at, by name: whoever comes in there is told of members by these ports, and not by
   * `clientPorts`, since where it stands it reaches them there.
   */
  readonly listeners?: Readonly<Record<string, Readonly<Record<NodeId, number>>>>;
  /** What it has to live with from its first step on. */
  readonly conditions: NodeConditions;
}

export type FromNode =
  | { readonly type: 'loaded' }
  | {
      readonly type: 'ready';
      readonly boot: number;
      readonly replicationPort: number;
      readonly clientPort: number;
      /** Of `listeners`, by name. */
      readonly listenerPorts: Readonly<Record<string, number>>;
    }
  | { readonly type: 'report'; readonly id: number; readonly report: NodeReport }
  /** The conditions are those asked for; the last word on what those before have hit. */
  | { readonly type: 'settled'; readonly id: number; readonly hits: ConditionHits }
  | { readonly type: 'halted'; readonly id: number }
  | { readonly type: 'outcome'; readonly id: number; readonly outcome: Outcome }
  | { readonly type: 'trace'; readonly events: readonly TraceEvent[] }
  /** It cannot go on: a sentence for people. `store`: because of its data. It exits after this. */
  | { readonly type: 'fatal'; readonly message: string; readonly store: boolean };

export interface NodeReport {
  readonly boot: number;
  /** Of each shard. */
  readonly replicas: readonly ReplicaStatus[];
  /** Resident set, in bytes. */
  readonly memory: number;
  /** Milliseconds of the longest turn since the last report. */
  readonly longestTurnMs: number;
  /** Frames and connections the transport refused or dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Bytes waiting in this node's send queues, by peer. */
  readonly queued: Readonly<Record<NodeId, number>>;
  /** Client requests not yet stepped, and for how long the first of them has waited. */
  readonly waiting: { readonly requests: number; readonly oldestMs: number };
  /** How far its calendar is ahead of the machine's, in ms. */
  readonly clockErrorMs: number;
  /** What the faults it lives with have hit. */
  readonly hits: ConditionHits;
}
