import type { LinkId, Place } from '../cluster/place.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Lane, MessageClass } from '../protocol/message-class.ts';
import type { Conditions } from './conditions.ts';
import type { LinkConditions } from './shape.ts';

/**
 * One way of a link. `forward`: what the dialler sends. `back`: what the dialled side sends; between
 * nodes that is nothing but TCP's own answers, since nodes send only on connections they dialled (T1).
 */
export interface Flow extends LinkId {
  readonly direction: 'forward' | 'back';
}

/**
 * What one fault does to the bytes of a flow. `hold`: they wait, and arrive late after heal (as on IP networks).
 * `reset`: connections are reset, and new ones refused. Conditions: they pass, but late, slowly or not all.
 */
export type Verdict = 'pass' | 'hold' | 'reset' | LinkConditions;

/** What happens to bytes between places; links carry it out. What says nothing about an option lacks it. */
export type FlowFaultParams =
  | ({
      readonly kind: 'partition';
      readonly groups: readonly (readonly Place[])[];
      /** The word its groups come from: `ring`, `bridge:n3`. */
      readonly preset?: string;
    } & CutOptions)
  | ({ readonly kind: 'cut'; readonly from: readonly Place[]; readonly to: readonly Place[] } & CutOptions)
  | ({ readonly kind: 'isolate'; readonly node: NodeId } & CutOptions)
  | ({
      readonly kind: 'link';
      readonly from: readonly Place[];
      readonly to: readonly Place[];
      readonly both: boolean;
      readonly lanes: readonly Lane[];
      readonly classes: readonly MessageClass[];
    } & Omit<LinkConditions, 'only'>);

interface CutOptions {
  /** Refuse and reset instead of holding. */
  readonly reset?: true;
}

/** What a node has to live with; the node itself carries it out. */
export type NodeFaultParams =
  | {
      readonly kind: 'skew';
      readonly node: NodeId;
      readonly offsetMs: number;
      readonly driftPercent: number;
      readonly monotonicDriftPercent: number;
    }
  | { readonly kind: 'limit'; readonly node: NodeId; readonly perS: number }
  | DiskParams;

type DiskParams = { readonly kind: 'disk'; readonly node: NodeId } & (
  | { readonly trouble: 'slow'; readonly slowMs: number }
  | { readonly trouble: 'full' | 'lose-unsynced' }
);

export type FaultParams = FlowFaultParams | NodeFaultParams;

export type FaultKindName = FaultParams['kind'];
export type FlowFaultName = FlowFaultParams['kind'];
export type NodeFaultName = NodeFaultParams['kind'];
export type ParamsOf<K extends FaultKindName> = Extract<FaultParams, { kind: K }>;

/** A fault in force. Ids are `f1`, `f2`, … over the cluster's life. */
export interface ActiveFault {
  readonly id: string;
  /** When it began: calendar ms of this machine, which no skew touches. */
  readonly since: number;
  /** When it ends by itself, on the same calendar; it does not when this is missing. */
  readonly until?: number;
  readonly params: FaultParams;
}

/** What every kind has: one file, one row in `faults.ts`. All functions are pure. */
interface FaultRow<P extends FaultParams> {
  readonly kind: P['kind'];
  /** One line for help and docs: what it does. */
  readonly summary: string;
  /** An example, as people type it: it parses, and shells pass it on unchanged (P8). */
  readonly usage: string;
  /** Parameters from the words after the command's name; a text is the reason why not. */
  parse(args: readonly string[], nodes: readonly NodeId[], regions: readonly string[]): P | string;
  /** As people type it: its words, split at spaces, parse back to it. */
  format(params: P): string;
  /** Whether a new fault `added` takes the place of `other`, one of its kind that is in force. */
  replaces(added: P, other: P): boolean;
  /** What is counted of what it hits, beside what it holds or slows. Units last. */
  counts(params: P): readonly string[];
}

/** Frames, chunks (`stalled`) or connections (`reset`): what links tell apart of what they do to them. */
export type FlowCount = 'lost' | 'duplicated' | 'reordered' | 'stalled' | 'reset';

/** Proxy and simulator carry out the same verdict. */
export interface FlowFaultKind<K extends FlowFaultName> extends FaultRow<ParamsOf<K>> {
  readonly on: 'flow';
  counts(params: ParamsOf<K>): readonly FlowCount[];
  verdict(params: ParamsOf<K>, flow: Flow): Verdict;
}

/** Node process and simulated node live under the same conditions. */
export interface NodeFaultKind<K extends NodeFaultName> extends FaultRow<ParamsOf<K>> {
  readonly on: 'node';
  /** What it makes of the conditions of its node, and nothing of what it leaves alone. */
  conditions(params: ParamsOf<K>, since: number): Partial<Conditions>;
}

export type FaultKind<K extends FaultKindName> = K extends FlowFaultName
  ? FlowFaultKind<K>
  : K extends NodeFaultName
    ? NodeFaultKind<K>
    : never;
