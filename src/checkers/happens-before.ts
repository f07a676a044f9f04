import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';
import { type ChainNode, type Chains, uniqueWriters } from './chains.ts';
import { unknown, violated, type Finding } from './checker.ts';
import { Graph } from './graph.ts';
import { countBefore } from './sorted.ts';
import type { Subject } from './subject.ts';
import { entry } from './sweep.ts';
import { shownBy } from './versions.ts';
import { nameOf } from './words.ts';

/** Why one operation comes before another, as a sentence made when it is needed. */
type Because = (from: ChainNode, to: ChainNode) => string;

/** A read, and whose write it saw; null: what was there at the beginning. */
export interface ReadFrom {
  readonly reader: ChainNode;
  readonly writer: ChainNode | null;
}

/** About 200 MB. */
const cellsMax = 50_000_000;

const any = 1;

/**
 * An order of operations that grows: session order, each read after its write, and what else is added. Of
 * each operation and each chain it knows how many of that chain come before it: so who comes before whom.
 */
export class HappensBefore {
  readonly reads: readonly ReadFrom[];
  readonly #chains: Chains;
  readonly #graph: Graph;
  readonly #because: Because[] = [];
  readonly #edges = new Set<string>();
  /** By key and chain: the writes, in order. */
  readonly #writes = new Map<string, Map<number, ChainNode[]>>();
  #clock: Int32Array | null = null;

  /** Or why there is none. */
  static of(chains: Chains, subject: Subject): HappensBefore | Finding {
    if (chains.nodes.length * chains.chains.length > cellsMax) return unknown('there are too many sessions');
    const writers = uniqueWriters(chains, subject.initial);
    if (writers === null)
      return unknown('values are written more than once: reads do not say whose they saw');
    const initial = textOf(subject.initial);
    const reads = chains.nodes.flatMap((reader): readonly ReadFrom[] => {
      const shown = shownBy(reader.step);
      if (shown === undefined || reader.operation.outcome !== 'ok') return [];
      const text = textOf(shown);
      return [{ reader, writer: text === initial ? null : writers.get(reader.step.key)!.get(text)! }];
    });
    return new HappensBefore(chains, reads);
  }

  private constructor(chains: Chains, reads: readonly ReadFrom[]) {
    this.#chains = chains;
    this.reads = reads;
    this.#graph = new Graph(chains.nodes.length);
    for (const node of chains.nodes) {
      const before = chains.chains[node.chain]![node.index - 1];
      const all = before === undefined ? node.after : [before.node, ...node.after];
      for (const one of all) this.add(chains.nodes[one]!, node, inSession);
      if (node.step.kind !== 'read') {
        const ofKey = entry(this.#writes, node.step.key, () => new Map<number, ChainNode[]>());
        entry(ofKey, node.chain, () => []).push(node);
      }
    }
    for (const { reader, writer } of reads) if (writer !== null) this.add(writer, reader, readFrom);
  }

  /** False: it was there. The order is known anew after `settle`. */
  add(from: ChainNode, to: ChainNode, because: Because): boolean {
    const known = this.#edges.size;
    if (this.#edges.add(`${from.node} ${to.node}`).size === known) return false;
    this.#graph.addEdge(from.node, to.node, any);
    this.#because.push(because);
    return true;
  }

  /** Works out who comes before whom; or the contradiction: a cycle. */
  settle(anomaly: string): Finding | null {
    const component = this.#graph.components(any);
    const some = component.findIndex((one) => one >= 0);
    if (some >= 0) return this.#cycle(component, some, anomaly);
    const width = this.#chains.chains.length;
    const clock = new Int32Array(this.#chains.nodes.length * width);
    const open = new Int32Array(this.#chains.nodes.length);
    for (let edge = 0; edge < this.#graph.edges; edge += 1) open[this.#graph.to(edge)]! += 1;
    const ready = this.#chains.nodes.filter(({ node }) => open[node] === 0);
    for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
      const from = node.node * width;
      // Itself is among those of its chain that have happened once it has: others count it.
      for (const edge of this.#graph.edgesOf(node.node)) {
        const next = this.#graph.to(edge);
        for (let i = 0; i < width; i += 1) {
          if (clock[from + i]! > clock[next * width + i]!) clock[next * width + i] = clock[from + i]!;
        }
        const own = next * width + node.chain;
        if (clock[own]! < node.index + 1) clock[own] = node.index + 1;
        open[next]! -= 1;
        if (open[next] === 0) ready.push(this.#chains.nodes[next]!);
      }
    }
    this.#clock = clock;
    return null;
  }

  isBefore(a: ChainNode, b: ChainNode): boolean {
    return this.#clock![b.node * this.#chains.chains.length + a.chain]! > a.index;
  }

  /** Of each chain, the last write of the key that comes before `node`. */
  *writesBefore(key: string, node: ChainNode): Generator<ChainNode> {
    for (const [chain, writes] of this.#writes.get(key) ?? []) {
      const known = this.#clock![node.node * this.#chains.chains.length + chain]!;
      const last = writes[countBefore(writes.length, (i) => writes[i]!.index >= known) - 1];
      if (last !== undefined) yield last;
    }
  }

  /** Of each chain, the first write of the key that comes after `node`. */
  *writesAfter(key: string, node: ChainNode): Generator<ChainNode> {
    for (const writes of (this.#writes.get(key) ?? new Map<number, ChainNode[]>()).values()) {
      const first = writes[countBefore(writes.length, (i) => this.isBefore(node, writes[i]!))];
      if (first !== undefined) yield first;
    }
  }

  /** Of each chain, the first write of the key. */
  *firstWrites(key: string): Generator<ChainNode> {
    for (const [first] of (this.#writes.get(key) ?? new Map<number, ChainNode[]>()).values()) {
      if (first !== undefined) yield first;
    }
  }

  #cycle(component: Int32Array, some: number, anomaly: string): Finding {
    const path = this.#graph.path(some, some, any, component, () => false)!;
    const nodes = path.map((edge) => this.#chains.nodes[this.#graph.from(edge)]!);
    const why = path.map((edge, i) => this.#because[edge]!(nodes[i]!, nodes[(i + 1) % nodes.length]!));
    const operations: Operation[] = nodes.map(({ operation }) => operation);
    return violated(anomaly, [...why, 'so each of them would have to come before itself'], operations);
  }
}

const inSession: Because = (from, to) =>
  `${nameOf(from.operation)} came before ${nameOf(to.operation)} in its session`;

const readFrom: Because = (from, to) => `${nameOf(to.operation)} read what ${nameOf(from.operation)} wrote`;
