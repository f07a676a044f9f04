import type { NodeId } from '../protocol/node-id.ts';
import { merged, type NodeConditions } from './conditions.ts';
import { cut } from './cut.ts';
import { disk } from './disk.ts';
import type {
  ActiveFault,
  FaultKind,
  FaultKindName,
  FaultParams,
  Flow,
  FlowFaultKind,
  FlowFaultName,
  NodeFaultKind,
  NodeFaultName,
} from './fault.ts';
import { isolate } from './isolate.ts';
import { limit } from './limit.ts';
import { link } from './link.ts';
import { partition } from './partition.ts';
import type { Shape, ShapePart } from './shape.ts';
import { skew } from './skew.ts';

/** Every kind of fault. Commands, help, docs and the conformance runs are made from this table. */
export const faultKinds: { readonly [K in FaultKindName]: FaultKind<K> } = {
  partition,
  cut,
  isolate,
  link,
  skew,
  limit,
  disk,
};

export interface Judgement {
  readonly state: 'pass' | 'hold' | 'reset';
  /** The ids of the faults that make it so, in the order given; empty when it passes. */
  readonly by: readonly string[];
  /** What its bytes go through when they pass; empty when that is nothing. */
  readonly shape: Shape;
}

const passes: Judgement = { state: 'pass', by: [], shape: [] };

/**
 * What several faults make of one flow: a reset goes before a hold, and it passes only if all let it. `base`:
 * what the flow goes through without them.
 */
export function verdictOf(faults: readonly ActiveFault[], flow: Flow, base: Shape = []): Judgement {
  const resets: string[] = [];
  const holds: string[] = [];
  const shape: ShapePart[] = [...base];
  for (const { id, params } of faults) {
    const kind = kindOf(params);
    const verdict = kind.on === 'flow' ? kind.verdict(params as never, flow) : 'pass';
    if (verdict === 'reset') resets.push(id);
    else if (verdict === 'hold') holds.push(id);
    else if (verdict !== 'pass') shape.push({ by: id, ...verdict });
  }
  if (resets.length > 0) return { state: 'reset', by: resets, shape };
  if (holds.length > 0) return { state: 'hold', by: holds, shape };
  return shape.length === 0 ? passes : { state: 'pass', by: [], shape };
}

/** What several faults make of one node. */
export function conditionsOf(faults: readonly ActiveFault[], node: NodeId): NodeConditions {
  return merged(
    faults.flatMap(({ id, since, params }) => {
      const kind = kindOf(params);
      if (kind.on === 'flow' || nodeOf(params) !== node) return [];
      return [{ id, conditions: kind.conditions(params as never, since) }];
    }),
  );
}

/** The node that a fault is on; null for one on flows. */
export function nodeOf(params: FaultParams): NodeId | null {
  return kindOf(params).on === 'node' ? (params as { readonly node: NodeId }).node : null;
}

/** What is counted of what a fault hits, 0 until it happens. */
export function countsOf(params: FaultParams): readonly string[] {
  return kindOf(params).counts(params as never);
}

/** The parameters that `args` say, or a text: the reason why not. */
export function parseFault(
  kind: FaultKindName,
  args: readonly string[],
  nodes: readonly NodeId[],
  regions: readonly string[] = [],
): FaultParams | string {
  return faultKinds[kind].parse(args, nodes, regions);
}

/** As people type it: `isolate n3`. Equal faults have equal texts, and parse back from them. */
export function formatFault(params: FaultParams): string {
  return kindOf(params).format(params as never);
}

export interface Added {
  /** What is in force now. */
  readonly faults: readonly ActiveFault[];
  /** False when an equal fault was in force already, to end at the same time, and nothing had to give way. */
  readonly changed: boolean;
  /** The fault that was asked for, as it is in force: an equal one keeps its id and what it has counted. */
  readonly fault: ActiveFault;
  /** Those of its kind that it took the place of. */
  readonly replaced: readonly ActiveFault[];
}

/** Puts one more fault in force. What it takes the place of is for its kind to say; `stack`: of nothing. */
export function addFault(active: readonly ActiveFault[], added: ActiveFault, stack = false): Added {
  const text = formatFault(added.params);
  const equal = active.find((fault) => formatFault(fault.params) === text);
  const isExtended = equal !== undefined && equal.until !== added.until;
  const fault = equal === undefined ? added : isExtended ? withEnd(equal, added.until) : equal;
  const { kind } = fault.params;
  const replaced = active.filter(
    (other) =>
      !stack &&
      other !== equal &&
      other.params.kind === kind &&
      kindOf(fault.params).replaces(fault.params as never, other.params as never),
  );
  const kept = active
    .filter((other) => !replaced.includes(other))
    .map((other) => (other === equal ? fault : other));
  return {
    faults: equal === undefined ? [...kept, added] : kept,
    changed: equal === undefined || isExtended || replaced.length > 0,
    fault,
    replaced,
  };
}

function withEnd({ id, since, params }: ActiveFault, until: number | undefined): ActiveFault {
  return { id, since, params, ...(until === undefined ? {} : { until }) };
}

/** The row of the parameters' own kind: only parameters of that kind may reach its functions. */
function kindOf(params: FaultParams): FlowFaultKind<FlowFaultName> | NodeFaultKind<NodeFaultName> {
  return faultKinds[params.kind];
}
