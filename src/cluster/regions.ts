import { isNodeId, type NodeId } from '../protocol/node-id.ts';
import { clientAt, isClientPlace, regionOfClient, type ClientPlace, type Place } from './place.ts';

/** One way, in ms, from region to region. Its keys are all the regions there are, also those without nodes. */
export type LatencyMatrix = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where a cluster's nodes stand, and how far apart that is. */
export interface Regions {
  readonly of: Readonly<Record<NodeId, string>>;
  readonly latencyMs: LatencyMatrix;
}

const namePattern = /^[a-z][a-z0-9-]{0,30}$/;
/** Words that mean something else where regions are named. */
const taken = ['all', 'client'];

/** Why `name` cannot be the name of a region, or null. */
function regionNameFault(name: string): string | null {
  if (!namePattern.test(name)) {
    return `${JSON.stringify(name)} is no name of a region: a letter, then up to 30 letters, digits and dashes, all small`;
  }
  if (isNodeId(name)) return `${name} is the name of a node, so it cannot be that of a region`;
  return taken.includes(name) ? `${name} means something else, so it cannot name a region` : null;
}

export function regionNames(regions: Regions | undefined): readonly string[] {
  return regions === undefined ? [] : Object.keys(regions.latencyMs);
}

/** Every place where clients stand: beside the nodes, and in each region. */
export function clientPlaces(regions: Regions | undefined): readonly ClientPlace[] {
  return [null, ...regionNames(regions)].map(clientAt);
}

/** Null where there are no regions, and for clients that stand in none. */
export function regionOf(regions: Regions | undefined, place: Place): string | null {
  if (isClientPlace(place)) return regionOfClient(place);
  return regions?.of[place] ?? null;
}

/** One way; 0 where either stands in no region, and within one unless the matrix says otherwise. */
export function latencyMs(regions: Regions | undefined, from: Place, to: Place): number {
  const [a, b] = [regionOf(regions, from), regionOf(regions, to)];
  return a === null || b === null ? 0 : (regions?.latencyMs[a]?.[b] ?? 0);
}

/** There and back between the two regions farthest apart; 0 without regions. */
export function longestRoundTripMs(regions: Regions | undefined): number {
  const names = regionNames(regions);
  const matrix = regions?.latencyMs ?? {};
  return Math.max(0, ...names.flatMap((a) => names.map((b) => matrix[a]![b]! + matrix[b]![a]!)));
}

/** As people type it: `eu:n1,n4/us:n2/ap:n3`. */
export function formatRegions(regions: Regions): string {
  return regionNames(regions)
    .map((name) => {
      const nodes = Object.keys(regions.of).filter((node) => regions.of[node] === name);
      return nodes.length === 0 ? name : `${name}:${nodes.join(',')}`;
    })
    .join('/');
}

export interface Dealt {
  readonly names: readonly string[];
  readonly of: Readonly<Record<NodeId, string>>;
  readonly nodes: readonly NodeId[];
}

/**
 * `eu,us,ap`: the nodes are dealt in turn. `eu:n1,n2/us:n3`: where each stands. `nodes` null: as many as are
 * named, and at least `fewest`. A text is the reason why not.
 */
export function parseRegions(text: string, nodes: readonly NodeId[] | null, fewest: number): Dealt | string {
  const dealt = text.includes(':') ? named(text, nodes) : inTurn(text, nodes, fewest);
  if (typeof dealt === 'string') return dealt;
  for (const [at, name] of dealt.names.entries()) {
    const fault = regionNameFault(name);
    if (fault !== null) return fault;
    if (dealt.names.indexOf(name) !== at) return `region ${name} is named twice`;
  }
  return dealt;
}

function inTurn(text: string, nodes: readonly NodeId[] | null, fewest: number): Dealt | string {
  const names = text.split(',');
  const all = nodes ?? nodesUpTo(Math.max(fewest, names.length));
  return {
    names,
    nodes: all,
    of: Object.fromEntries(all.map((node, i) => [node, names[i % names.length]!])),
  };
}

function named(text: string, nodes: readonly NodeId[] | null): Dealt | string {
  const groups = text.split('/').map((group) => group.split(':'));
  const of: Record<NodeId, string> = {};
  for (const [name = '', members, more] of groups) {
    if (more !== undefined) return 'between two regions stands "/", like eu:n1,n2/us:n3';
    for (const node of members?.split(',') ?? []) {
      if (!isNodeId(node)) return `${JSON.stringify(node)} is no node`;
      if (Object.hasOwn(of, node)) return `${node} is in two regions`;
      of[node] = name;
    }
  }
  const all = nodes ?? nodesUpTo(Object.keys(of).length);
  const stranger = Object.keys(of).find((node) => !all.includes(node));
  if (stranger !== undefined) return `there is no node ${stranger}; the nodes are ${all.join(', ')}`;
  const homeless = all.find((node) => !Object.hasOwn(of, node));
  if (homeless !== undefined) return `${homeless} is in no region`;
  return {
    names: groups.map(([name = '']) => name),
    nodes: all,
    of: Object.fromEntries(all.map((node) => [node, of[node]!])),
  };
}

function nodesUpTo(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}
