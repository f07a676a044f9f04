import { InvariantError } from '../lib/assert.ts';
import type { Operation } from '../history/operation.ts';
import { violated, type Finding, type OutOfTime } from './checker.ts';
import { Graph, pass } from './graph.ts';
import { realTime, rw, wr, ww, type TransactionGraph } from './txn-graph.ts';

/** Cycles of Adya's and Elle's kinds, each with what it is made of. The first that there is, is named. */
const classes: readonly { readonly name: string; readonly mask: number; readonly rws: Rws }[] = [
  { name: 'G0', mask: ww, rws: 'any' },
  { name: 'G1c', mask: ww | wr, rws: 'any' },
  { name: 'G-single', mask: ww | wr | rw, rws: 'one' },
  { name: 'G-nonadjacent', mask: ww | wr | rw, rws: 'apart' },
  { name: 'G2-item', mask: ww | wr | rw, rws: 'any' },
];

/** How many anti-dependencies a cycle may have: exactly one, no two in a row, any number. */
type Rws = 'one' | 'apart' | 'any';

/** How many beginnings are tried for a short cycle: whether there is one is known without. */
const triesMax = 200;

/** Is there a cycle of edges of `mask`, with no two rw in a row if `apart`? */
export function hasCycle({ graph }: TransactionGraph, mask: number, apart: boolean): boolean {
  const { of } = apart ? flagged(graph, mask) : { of: graph };
  return of.components(mask).some((component) => component >= 0);
}

/** Names a cycle there is, as short as can be found in a few tries. */
export function nameCycle(
  txns: TransactionGraph,
  mask: number,
  apart: boolean,
  outOfTime: OutOfTime,
): Finding {
  for (const clock of [0, realTime]) {
    if ((mask & clock) !== clock) continue;
    for (const { name, mask: kinds, rws } of classes) {
      // Where two rw in a row are allowed, G2-item is no contradiction.
      if ((kinds & mask) !== kinds || (apart && name === 'G2-item')) continue;
      const cycle = find(txns.graph, kinds | clock, rws, outOfTime);
      if (cycle !== null) return toFinding(txns, cycle, clock === 0 ? name : `${name}-realtime`);
    }
  }
  throw new InvariantError('a cycle that there is has a name', { mask, apart });
}

function find(graph: Graph, mask: number, rws: Rws, outOfTime: OutOfTime): readonly number[] | null {
  if (rws === 'one') return withOneRw(graph, mask, outOfTime);
  if (rws === 'any') return shortest(graph, mask, outOfTime);
  const { of, original } = flagged(graph, mask);
  return shortest(of, mask, outOfTime)?.map((edge) => original[edge]!) ?? null;
}

function shortest(graph: Graph, mask: number, outOfTime: OutOfTime): readonly number[] | null {
  const component = graph.components(mask);
  let best: number[] | null = null;
  let tries = 0;
  for (let node = 0; node < graph.size && tries < triesMax; node += 1) {
    if (component[node]! < 0) continue;
    tries += 1;
    const path = graph.path(node, node, mask, component, tries === 1 ? () => false : outOfTime);
    if (path !== null && (best === null || path.length < best.length)) best = path;
  }
  return best;
}

function withOneRw(graph: Graph, mask: number, outOfTime: OutOfTime): readonly number[] | null {
  const component = graph.components(mask);
  let best: readonly number[] | null = null;
  let tries = 0;
  for (let edge = 0; edge < graph.edges && tries < triesMax && !outOfTime(); edge += 1) {
    const [from, to] = [graph.from(edge), graph.to(edge)];
    if (graph.kind(edge) !== rw || component[from]! < 0 || component[from] !== component[to]) continue;
    tries += 1;
    const back = graph.path(to, from, mask & ~rw, component, outOfTime);
    if (back !== null && (best === null || back.length + 1 < best.length)) best = [edge, ...back];
  }
  return best;
}

/**
 * Each node twice: come to by an rw edge, or not. An rw edge leads from the second only, so a cycle here is
 * one without two rw in a row there.
 */
function flagged(graph: Graph, mask: number): { readonly of: Graph; readonly original: readonly number[] } {
  const of = new Graph(2 * graph.size);
  const original: number[] = [];
  const add = (from: number, to: number, edge: number): void => {
    of.addEdge(from, to, graph.kind(edge));
    original.push(edge);
  };
  for (let edge = 0; edge < graph.edges; edge += 1) {
    const [from, to, kind] = [2 * graph.from(edge), 2 * graph.to(edge), graph.kind(edge)];
    if (kind !== pass && (kind & mask) === 0) continue;
    if (kind === rw) add(from, to + 1, edge);
    else {
      add(from, to, edge);
      add(from + 1, kind === pass ? to + 1 : to, edge);
    }
  }
  return { of, original };
}

/** Edges that were cut in two are one again. */
function toFinding(txns: TransactionGraph, cycle: readonly number[], anomaly: string): Finding {
  const { graph, transactions, because } = txns;
  const isReal = (node: number): boolean => node < transactions.length;
  const first = cycle.findIndex((edge) => isReal(graph.from(edge)));
  const edges = [...cycle.slice(first), ...cycle.slice(0, first)];
  const why: string[] = [];
  const operations: Operation[] = [];
  let halves: number[] = [];
  for (const edge of edges) {
    halves.push(edge);
    if (!isReal(graph.to(edge))) continue;
    const from = transactions[graph.from(halves[0]!)]!;
    why.push(because(halves, from, transactions[graph.to(edge)]!));
    operations.push(from);
    halves = [];
  }
  return violated(anomaly, [...why, 'so each of them would have to come before itself'], operations);
}
