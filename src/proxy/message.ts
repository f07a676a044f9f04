import type { LinkId } from '../cluster/place.ts';
import type { HitView, LinkView } from '../cluster/snapshot.ts';
import type { ActiveFault } from '../faults/fault.ts';
import type { NodeId } from '../protocol/node-id.ts';

/** A link to open, and how far apart its ends are for as long as it is there: one way each, in ms; 0 without it. */
export interface OpenLink extends LinkId {
  readonly latencyMs?: { readonly forward: number; readonly back: number };
}

/** Where a running node listens, on 127.0.0.1. */
export interface UpstreamPorts {
  readonly replicationPort: number;
  readonly clientPort: number;
  /** For clients that stand in a region, by region; those of a region that is not in it come in at `clientPort`. */
  readonly listenerPorts?: Readonly<Record<string, number>>;
}

/** Links that a fault acts on, and the live connections on them. */
export interface Reach {
  readonly links: number;
  readonly connections: number;
}

/** What a change of faults touched. */
export interface FaultsSet {
  /** Links of which some flow is now held by other faults than before. */
  readonly links: number;
  /** Live connections on those links. */
  readonly connections: number;
  /** By the id of each fault in force now, whether or not it acted there before. */
  readonly reach: Readonly<Record<string, Reach>>;
  /** By fault id, for every fault in force before or after: the last word on those that ended. */
  readonly hits: Readonly<Record<string, HitView>>;
}

/** What a dead machine had sent and the proxy was still holding. What lay in kernel buffers is lost uncounted. */
export interface LostInFlight {
  readonly frames: number;
  readonly bytes: number;
}

export interface ProxyCounters {
  readonly links: readonly LinkView[];
  /** By the id of each fault in force. */
  readonly hits: Readonly<Record<string, HitView>>;
}

/** What the host may ask of the worker. Each is carried out in one go, so that none sees half of another. */
export interface ProxyMethods {
  /** Ports by link name. */
  open: { params: readonly OpenLink[]; result: Readonly<Record<string, number>> };
  upstream: { params: { readonly node: NodeId; readonly ports: UpstreamPorts | null }; result: null };
  setFaults: { params: readonly ActiveFault[]; result: FaultsSet };
  discard: { params: NodeId; result: LostInFlight };
  counters: { params: null; result: ProxyCounters };
  close: { params: null; result: null };
}

export type ProxyMethod = keyof ProxyMethods;

export type ToWorker = {
  [M in ProxyMethod]: { readonly id: number; readonly method: M; readonly params: ProxyMethods[M]['params'] };
}[ProxyMethod];

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly result: ProxyMethods[ProxyMethod]['result'] }
  | { readonly type: 'error'; readonly id: number; readonly message: string };
