import type { Passage } from '../faults/passage.ts';
import type { Lane } from '../protocol/message-class.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Message } from '../protocol/protocol.ts';

/** The process that sends: a message counts for this disk and boot alone (T4). */
export interface Sender {
  readonly node: NodeId;
  readonly disk: DiskId;
  readonly boot: number;
}

/** `delayed`, `duplicated`, `reordered`: told of a frame that is under way on a bad link. */
export type Fate = 'delivered' | 'held' | 'lost' | 'outdated' | 'delayed' | 'duplicated' | 'reordered';

export interface Frame {
  readonly message: Message;
  readonly connection: Connection;
}

/** What one dial made. Frames in flight or held belong to it and die with it. */
export interface Connection {
  readonly sender: Sender;
  readonly to: NodeId;
  readonly lane: Lane;
  readonly dial: number;
  /** The receiving process it reaches; null until the proxy can dial on (it cannot under a hold). */
  toBoot: number | null;
  /** Nothing of it arrives any more. The sender may not know yet. */
  dead: boolean;
  /** Met a hold, in order. */
  readonly held: Frame[];
  /** What is under way on a bad link; null when it never was one. */
  passage: Passage<Frame> | null;
  /** When what is under way is looked at next. */
  wakeAt: number;
  draining: boolean;
  lastArrival: number;
}
