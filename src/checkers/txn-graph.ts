import type { Operation } from '../history/operation.ts';
import { onlyKey } from '../history/steps.ts';
import { textOf, type Value } from '../history/value.ts';
import { Graph, pass } from './graph.ts';
import { countBefore } from './sorted.ts';
import type { ListHistory, TransactionLists } from './txn-lists.ts';
import { nameOf, ofKey } from './words.ts';

/** Why one transaction comes before another (Adya 1999): the kinds of edges. */
export const ww = 1;
export const wr = 2;
export const rw = 4;
/** It had ended before the other began. */
export const realTime = 8;

/**
 * Transactions and why they come before one another. The first nodes are the transactions; others stand for
 * no operation: through them go edges that many share.
 */
export interface TransactionGraph {
  readonly graph: Graph;
  readonly transactions: readonly Operation[];
  /** Edges that are not of real time. */
  readonly dependencies: number;
  /** Of an edge, or of the two halves of one. */
  because(edges: readonly number[], from: Operation, to: Operation): string;
}

/** What an edge is about: the key, and the element that was appended, or was not read. */
interface About {
  readonly key: string;
  readonly element: Value;
}

/** `guess`: appends that no read shows are taken to have come in the order they ended. */
export function transactionGraph({ lists, committed }: TransactionLists, guess = false): TransactionGraph {
  const graph = new Graph(committed.length);
  const nodes = new Map(committed.map((operation, node) => [operation, node]));
  const about = new Map<number, About>();
  const builder: Builder = {
    graph,
    node: (operation) => (operation === undefined ? undefined : nodes.get(operation)),
    add(from, to, kind, what) {
      if (from === undefined || to === undefined || from === to) return;
      const edge = graph.addEdge(from, to, kind);
      if (what !== undefined) about.set(edge, what);
    },
  };
  for (const list of lists) {
    addList(list, builder);
    if (guess) addGuess(list, builder);
  }
  const dependencies = graph.edges;
  addRealTime(committed, graph);
  return {
    graph,
    transactions: committed,
    dependencies,
    because: (edges, from, to) => sentence(graph.kind(edges[0]!), about.get(edges[0]!), from, to),
  };
}

interface Builder {
  readonly graph: Graph;
  node(operation: Operation | undefined): number | undefined;
  add(from: number | undefined, to: number | undefined, kind: number, about?: About): void;
}

function addList({ key, order, writers, reads, unseen }: ListHistory, builder: Builder): void {
  const { node, add } = builder;
  const by = order.map((element) => node(writers.get(textOf(element))));
  for (let i = 1; i < by.length; i += 1) add(by[i - 1], by[i], ww, { key, element: order[i]! });
  // Appends that no read shows come after all that reads show, in an order nobody knows.
  const after = unseen.length === 0 ? undefined : builder.graph.addNode();
  const unseenNodes = new Set(unseen.map(node));
  for (const writer of unseenNodes) add(after, writer, pass);
  const rest = { key, element: null };
  add(by.at(-1), after, ww, rest);
  const updaters = new Set<number>();
  for (const { reader, others } of reads) {
    const from = node(reader)!;
    if (others > 0) add(by[others - 1], from, wr, { key, element: order[others - 1]! });
    if (others < order.length) add(from, by[others], rw, { key, element: order[others]! });
    else if (unseenNodes.has(from)) updaters.add(from);
    else add(from, after, rw, rest);
  }
  // Not by way of the node it can be reached from: nobody comes before itself. Two of them are a lost update.
  if (updaters.size > 1) return;
  for (const from of updaters) for (const other of unseenNodes) add(from, other, rw, rest);
}

function addGuess({ key, unseen }: ListHistory, { node, add }: Builder): void {
  const byEnd = unseen.toSorted((a, b) => (a.end < b.end ? -1 : 1));
  for (let i = 1; i < byEnd.length; i += 1) {
    add(node(byEnd[i - 1]), node(byEnd[i]), ww, { key, element: null });
  }
}

/** A chain of ends: each leads to all that began after it. */
function addRealTime(committed: readonly Operation[], graph: Graph): void {
  const ended = committed
    .map((operation, node) => ({ end: operation.end, node }))
    .filter(({ end }) => end !== Infinity)
    .toSorted((a, b) => a.end - b.end);
  const chain = ended.map(({ node }) => {
    const link = graph.addNode();
    graph.addEdge(node, link, realTime);
    return link;
  });
  for (let i = 1; i < chain.length; i += 1) graph.addEdge(chain[i - 1]!, chain[i]!, pass);
  committed.forEach(({ start }, node) => {
    const before = countBefore(ended.length, (i) => ended[i]!.end >= start);
    if (before > 0) graph.addEdge(chain[before - 1]!, node, pass);
  });
}

function sentence(kind: number, about: About | undefined, from: Operation, to: Operation): string {
  const [a, b] = [nameOf(from), nameOf(to)];
  if (kind === realTime || about === undefined) return `${a} had ended before ${b} began`;
  const { key, element } = about;
  if (element === null) {
    const where = key === onlyKey ? 'the list' : `list ${key}`;
    return kind === rw
      ? `${a} read all of ${where} that reads show, without what ${b} appended: so it came before`
      : `${b} appended to ${where} what no read shows, so after ${a}`;
  }
  const what = `${textOf(element)}${ofKey(key)}`;
  if (kind === wr) return `${b} read ${what}, which ${a} had appended`;
  if (kind === rw) return `${a} read the list without ${what}, which ${b} appended: so it came before`;
  return `${a} appended before ${b} appended ${what}`;
}
