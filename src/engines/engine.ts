import type { ProcessIdentity, ProcessState } from '../control/process-identity.ts';
import type { NodeConditions } from '../faults/conditions.ts';
import type { NodeInit, NodeReport } from '../node/ipc.ts';
import type { ConditionHits } from '../faults/machine.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { OperatorCommand, TraceEvent } from '../protocol/protocol.ts';
import type { Outcome } from '../protocol/request.ts';
import { nothingSynced, type LostUnsynced, type Synced } from '../store/disk-files.ts';

export { nothingSynced, type LostUnsynced, type Synced };

/** Who implements the nodes of a cluster. One row in `engines.ts` each. */
export interface Engine {
  readonly name: string;
  readonly summary: string;
  readonly disk: EngineDisk;
  /** Starts a node's process, under the parent-death signal where there is one. Throws `node-failed`. */
  start(options: NodeStart): NodeProcess;
}

/**
 * What can be done to a node's disk as files. All but `sync` while no process writes to it: none has it open, or
 * it is stopped. Copies are durable when they are made.
 */
export interface EngineDisk {
  /** To an empty place, as another disk if that is not null; answers its size in bytes. */
  copy(from: string, to: string, as: DiskId | null): Promise<number>;
  /** Fsyncs all that is on it now, whoever writes; answers how far that is, for `loseUnsynced`. */
  sync(dir: string): Promise<Synced>;
  /** As `copy`, without what is not fsynced; copies nothing when that is nothing. */
  loseUnsynced(
    what: { readonly from: string; readonly synced: Synced },
    copy: { readonly to: string; readonly as: DiskId },
  ): Promise<LostUnsynced>;
}

export interface NodeStart {
  readonly node: NodeId;
  /** What the process prints is appended here. */
  readonly logFile: string;
  /** Goes into its environment, so that it is found again (`markVariable`). */
  readonly mark: string;
  onTrace(events: readonly TraceEvent[]): void;
}

/**
 * A running node as the supervisor holds it. What is asked of it is never awaited without a deadline: a
 * process may be stopped, busy, or dying. Signals go to this very process or to none.
 */
export interface NodeProcess {
  readonly identity: ProcessIdentity;
  /** Settles when the process has ended, whatever ended it. Never rejects. */
  readonly exited: Promise<NodeExit>;
  /** Tells it who it is; answers when it serves. Rejects with the reason when it ends or gives up first. */
  boot(init: NodeInit): Promise<NodeReady>;
  /** Null when it has not answered within the deadline. */
  probe(deadlineMs: number): Promise<NodeReport | null>;
  /** When the oldest unanswered probe was sent (`performance.now`); null when it answered all. */
  silentSince(): number | null;
  /** Null when it has not answered within the deadline: the outcome is not known. */
  operate(command: OperatorCommand, shard: number, deadlineMs: number): Promise<Outcome | null>;
  /**
   * From now on it has to live with these. Answers with what those before have hit; null when it has not
   * answered within the deadline: a stopped process hears of them when it runs again.
   */
  condition(conditions: NodeConditions, deadlineMs: number): Promise<ConditionHits | null>;
  /** As the system shows it; null once it has ended. */
  state(): ProcessState | null;
  /** Asks it to finish, then tells it to, then ends it; returns when it has ended. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
  /**
   * Ends what the node does, within the process: what is open is answered, the store is closed. `boot` begins
   * anew, as another node if need be. False when it has not answered within the deadline.
   */
  halt(deadlineMs: number): Promise<boolean>;
  /** Stops every process of the node; returns when the system shows them stopped. */
  pause(): Promise<void>;
  resume(): void;
}

/** Why a node did not get to serve. */
export class BootError extends Error {
  override name = 'BootError';
  /** Its data are to blame: damaged, another's, or not to be written. */
  readonly store: boolean;

  constructor(message: string, store: boolean) {
    super(message);
    this.store = store;
  }
}

export interface NodeReady {
  readonly boot: number;
  readonly replicationPort: number;
  readonly clientPort: number;
  /** Of the `listeners` it was asked for, by name. */
  readonly listenerPorts: Readonly<Record<string, number>>;
}

export interface NodeExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why, in its own last words; null when it left none. */
  readonly reason: string | null;
}
