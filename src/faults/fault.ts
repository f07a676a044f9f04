import type { LinkId, Place } from '../cluster/place.ts';
import type { NodeId } from '../protocol/node-id.ts';

/**
 * One way of a link. `forward`: what the dialler sends. `back`: what the dialled side sends; between
 * nodes that is nothing but TCP's own answers, since nodes send only on connections they dialled (T1).
 */
export interface Flow extends LinkId {
  readonly direction: 'forward' | 'back';
}

/** What happens to the bytes of a flow. `hold`: they wait, and arrive late after heal (as on IP networks). */
export type Verdict = 'pass' | 'hold';

export type FaultParams =
  | { readonly kind: 'partition'; readonly groups: readonly (readonly Place[])[] }
  | { readonly kind: 'cut'; readonly from: Place; readonly to: Place }
  | { readonly kind: 'isolate'; readonly node: NodeId };

export type FaultKindName = FaultParams['kind'];
export type ParamsOf<K extends FaultKindName> = Extract<FaultParams, { kind: K }>;

/** A fault in force. Ids are `f1`, `f2`, … over the cluster's life. */
export interface ActiveFault {
  readonly id: string;
  readonly params: FaultParams;
}

/** One kind, one file, one row in `faults.ts`. All functions are pure: the proxy and the simulator share them. */
export interface FaultKind<K extends FaultKindName> {
  readonly kind: K;
  /** One line for help and docs: what it does. */
  readonly summary: string;
  /** An example, as people type it: it parses, and shells pass it on unchanged (P8). */
  readonly usage: string;
  /** Parameters from the command's arguments; a text is the reason why not. */
  parse(args: readonly string[], nodes: readonly NodeId[]): ParamsOf<K> | string;
  /** As people type it. */
  format(params: ParamsOf<K>): string;
  verdict(params: ParamsOf<K>, flow: Flow): Verdict;
  /** True: a new fault of this kind takes the place of those in force. */
  readonly replaces: boolean;
}
