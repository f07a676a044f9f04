import { ReplabError } from '../control/errors.ts';
import type { Facts } from '../control/message.ts';
import { BootError, type Engine, type LostUnsynced } from '../engines/engine.ts';
import type { NodeInit } from '../node/ipc.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import type { Proxy } from '../proxy/host.ts';
import type { EventLog } from './event-log.ts';
import type { DiskWorld } from './node-disk.ts';
import type { Reaper } from './reaper-link.ts';

/** What a node needs of the cluster around it. */
export interface NodeWorld extends DiskWorld {
  readonly engine: Engine;
  readonly proxy: Pick<Proxy, 'upstream' | 'discard'>;
  readonly events: EventLog;
  readonly reaper: Reaper;
  readonly mark: string;
  logFile(node: NodeId): string;
  init(node: NodeId, disk: DiskId): NodeInit;
}

/** What an action did. */
export interface Acted {
  readonly changed: boolean;
  /** Frames the node had sent that its death took with it (P6). */
  readonly lostInFlight: number;
  /** What its disk forgot; null when it does not. */
  readonly lostUnsynced: LostUnsynced | null;
  /** The event it caused; null without a change. */
  readonly event: number | null;
}

export const nothing: Acted = { changed: false, lostInFlight: 0, lostUnsynced: null, event: null };

export interface KillOptions {
  /** The process alone dies: what it has in flight arrives, and what it wrote the kernel keeps (P6). */
  readonly process: boolean;
  /** It comes back with an empty disk. */
  readonly wipe: boolean;
}

/** What was done to a disk. */
export interface DiskActed {
  readonly event: number;
  readonly bytes: number;
  /** How long its process was frozen for it. */
  readonly frozenMs: number;
}

export function whyNotBooted(error: unknown, facts: Facts): ReplabError {
  if (error instanceof ReplabError) return error;
  const code = error instanceof BootError && error.store ? 'store-unusable' : 'node-failed';
  const detail = error instanceof Error ? error.message : String(error);
  return new ReplabError(code, { ...facts, detail }, { cause: error });
}
