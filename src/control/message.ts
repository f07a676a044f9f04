import type { ClusterEvent } from '../cluster/event.ts';
import type { HitView, Snapshot } from '../cluster/snapshot.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import type { FaultParams } from '../faults/fault.ts';
import type { LoadPlan } from './load-plan.ts';
import type { NodeId } from '../protocol/node-id.ts';

/**
 * The control socket: newline-delimited JSON over a unix socket that only the user can open, each request
 * carrying the cluster's token. A request gets any number of `item` lines and exactly one `result` or
 * `error` line, all with its id; several may be open at once.
 */
export interface ControlRequest<M extends Method = Method> {
  readonly id: number;
  readonly token: string;
  readonly method: M;
  readonly params: Methods[M]['params'];
}

export type ControlReply =
  | { readonly id: number; readonly item: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number | null; readonly error: { readonly code: string; readonly facts: Facts } };

/** What an error's what/why/fix texts are filled from. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

export type NodeAction = 'kill' | 'stop' | 'start' | 'restart' | 'pause' | 'resume';

/** Everything that changes something answers with the number of the event it caused, and whether it did. */
export interface Changed {
  readonly changed: boolean;
  readonly event: number;
}

/** A fault that is over, and what it has hit all in all. */
export interface EndedFault {
  readonly id: string;
  readonly text: string;
  readonly hit: HitView;
}

export interface Methods {
  hello: {
    params: Record<string, never>;
    result: { readonly spec: ClusterSpec; readonly pid: number };
    item: never;
  };
  /** Answers when every node is ready and every follower caught up, or with the error that prevented it. */
  ready: { params: Record<string, never>; result: Snapshot; item: { readonly progress: string } };
  /** `fresh`: probes now, leaders first, and answers with that round (P13). */
  snapshot: { params: { readonly fresh: boolean }; result: Snapshot; item: never };
  /** A snapshot now, and one whenever something changed, at most one every `everyMs`; until the cluster is down. */
  watch: { params: { readonly everyMs: number }; result: Record<string, never>; item: Snapshot };
  events: {
    params: { readonly after: number; readonly follow: boolean };
    result: { readonly last: number };
    item: ClusterEvent;
  };
  fault: {
    params: {
      readonly fault: FaultParams;
      /** Beside those it would take the place of; false when left out. */
      readonly add?: boolean;
      /** It ends by itself after so long; never when left out. */
      readonly forMs?: number;
    };
    result: Changed & {
      readonly id: string;
      readonly text: string;
      /** Links that it acts on, and the live connections on them. */
      readonly links: number;
      readonly connections: number;
      /** Nodes that live under other conditions than before. One that is stopped or down learns of it later. */
      readonly nodes: readonly NodeId[];
      /** Those that it took the place of. */
      readonly replaced: readonly EndedFault[];
    };
    item: never;
  };
  heal: {
    /** Null: all of them. */
    params: { readonly ids: readonly string[] | null };
    result: Changed & {
      readonly healed: readonly EndedFault[];
    };
    item: never;
  };
  node: {
    params: {
      readonly action: NodeAction;
      readonly nodes: readonly NodeId[];
      /** Kill: the process alone, and not its machine. */
      readonly process?: boolean;
      /** Kill: it comes back with an empty disk. */
      readonly wipe?: boolean;
      /** Pause: it goes on by itself after so long. */
      readonly forMs?: number;
    };
    result: Changed & {
      readonly nodes: readonly {
        readonly id: NodeId;
        readonly changed: boolean;
        readonly lostInFlight: number;
        /** What its disk forgot, under `disk NODE lose-unsynced`; else null. */
        readonly lostUnsynced: { readonly commits: number; readonly bytes: number } | null;
        /** The disk it has now. */
        readonly disk: string;
      }[];
    };
    item: { readonly progress: string };
  };
  /** Copies a node's disk under a name, or lets such a copy take its place. */
  disk: {
    params: { readonly action: 'save' | 'restore'; readonly node: NodeId; readonly name: string };
    result: Changed & {
      readonly node: NodeId;
      readonly name: string;
      readonly bytes: number;
      readonly frozenMs: number;
      /** The disk it has now. */
      readonly disk: string;
    };
    item: never;
  };
  /** Empty disks for all nodes, no fault, the first node leading, settings as `up` had them. */
  reset: {
    params: Record<string, never>;
    result: Changed & {
      /** Of each shard. */
      readonly leaders: readonly { readonly shard: number; readonly node: NodeId; readonly epoch: string }[];
      readonly epoch: string;
      readonly tookMs: number;
      readonly disks: readonly string[];
    };
    item: { readonly progress: string };
  };
  promote: {
    /** The first shard when left out. */
    params: { readonly node: NodeId; readonly shard?: number; readonly force: boolean };
    result: Changed & { readonly node: NodeId; readonly shard: number; readonly epoch: string };
    item: never;
  };
  set: {
    params: { readonly settings: Readonly<Record<string, string>> };
    result: Changed & {
      readonly settings: Readonly<Record<string, string>>;
      /** Where it is in the first shard's log, and in that of each. */
      readonly at: string;
      readonly positions: readonly string[];
    };
    item: never;
  };
  /**
   * Announces a load that runs in process `pid`. It is told its id at once, and to stop when somebody asks for that;
   * it is over when `load-end` says so, or this connection closes.
   */
  load: {
    params: { readonly plan: LoadPlan; readonly pid: number };
    result: { readonly event: number };
    item: { readonly id: string; readonly event: number; readonly tMs: number } | { readonly stop: true };
  };
  /** With what it came to, for the event. Its result is written before. */
  'load-end': { params: { readonly id: string; readonly figures: Facts }; result: Changed; item: never };
  /** Starts a process for a load; answers at its first acknowledged operation, or with `timeout` when there is none. */
  'load-start': {
    params: { readonly plan: LoadPlan; readonly withinMs: number };
    result: Changed & { readonly id: string; readonly pid: number };
    item: never;
  };
  /** Tells a load to stop, and answers when it has ended; null: the only one. One that has ended is left as it is. */
  'load-stop': {
    params: { readonly id: string | null };
    result: Changed & { readonly id: string };
    item: never;
  };
  /** Those that run. */
  loads: {
    params: Record<string, never>;
    result: {
      readonly loads: readonly { readonly id: string; readonly pid: number; readonly plan: LoadPlan }[];
    };
    item: never;
  };
  /** Answers when every process of the cluster but the supervisor has ended; the socket closes after it. */
  down: {
    params: { readonly keep: boolean };
    /** Processes that ended, and the event's number. */
    result: { readonly ended: number; readonly event: number };
    item: { readonly progress: string };
  };
}

export type Method = keyof Methods;

export const maxControlLineBytes = 4 * 1024 * 1024;
