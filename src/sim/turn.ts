import type { Rng } from '../lib/rng.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Effect, Input, Replica, ReplicaStatus } from '../protocol/protocol.ts';
import type { Outcome, RequestId } from '../protocol/request.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Sender } from './connection.ts';
import type { SimNode } from './node.ts';
import type { Range } from './scheduler.ts';

export interface NodeOptions {
  /** From the arrival of an input to the turn that takes it. */
  readonly dispatchMs: Range;
  /** From the commit to the effects: a process that dies meanwhile has spoken to nobody. */
  readonly commitMs: Range;
  /** Most inputs in one turn (T9), drawn anew for each. */
  readonly batch: Range;
}

export interface NodeHooks {
  /** An empty disk, and its first boot. */
  disk(disk: DiskId): MemoryStore;
  replica(node: NodeId, store: MemoryStore, rng: Rng): Replica;
  send(sender: Sender, effect: Extract<Effect, { type: 'send' }>): void;
  reply(node: NodeId, id: RequestId, outcome: Outcome): void;
  /** After the commit, before any effect left the node. */
  turned(turn: Turn): void;
}

/** One turn, as those who watch it see it. `failed`: its effects are those of a recovery in place. */
export interface Turn {
  readonly node: SimNode;
  readonly inputs: readonly Input[];
  readonly effects: readonly Effect[];
  /** Null while recovery keeps failing, or before the first start. */
  readonly before: ReplicaStatus | null;
  readonly after: ReplicaStatus | null;
  readonly failed: boolean;
  /** What had arrived when a long pause ended, and is not stepped yet (B0.4). */
  readonly leftOfPause: number;
}
