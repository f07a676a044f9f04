import { assert } from '../lib/assert.ts';

/**
 * A directed graph over nodes 0…n-1 whose edges have kinds, numbered as bits so that a set of them is a mask.
 * Kind `pass` belongs to every mask: the second half of an edge that was cut in two at a node of no operation.
 */
export class Graph {
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #kinds: number[] = [];
  #size: number;
  /** Edges in order of their origin, made when they are first asked for. */
  #index: { readonly first: Int32Array; readonly edges: Int32Array } | null = null;

  constructor(size: number) {
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  addNode(): number {
    this.#index = null;
    this.#size += 1;
    return this.#size - 1;
  }

  /** Its number. */
  addEdge(from: number, to: number, kind: number): number {
    this.#index = null;
    this.#from.push(from);
    this.#to.push(to);
    this.#kinds.push(kind);
    return this.#kinds.length - 1;
  }

  get edges(): number {
    return this.#kinds.length;
  }

  from(edge: number): number {
    return this.#from[edge]!;
  }

  /** Edges that leave `node`, as numbers for `to` and `kind`. */
  *edgesOf(node: number): Generator<number> {
    const { first, edges } = this.#indexed();
    for (let i = first[node]!; i < first[node + 1]!; i += 1) yield edges[i]!;
  }

  to(edge: number): number {
    return this.#to[edge]!;
  }

  kind(edge: number): number {
    return this.#kinds[edge]!;
  }

  /**
   * The strongly connected component of each node over edges of `mask`; a node alone is -1, unless it has an
   * edge to itself. Tarjan's algorithm, without recursion.
   */
  components(mask: number): Int32Array {
    const { first, edges } = this.#indexed();
    const n = this.#size;
    const order = new Int32Array(n);
    const low = new Int32Array(n);
    const cursor = new Int32Array(n);
    const component = new Int32Array(n).fill(-1);
    const onStack = new Uint8Array(n);
    const stack: number[] = [];
    const path: number[] = [];
    let counter = 0;
    let components = 0;
    const enter = (node: number): void => {
      counter += 1;
      order[node] = low[node] = counter;
      cursor[node] = first[node]!;
      onStack[node] = 1;
      stack.push(node);
      path.push(node);
    };
    for (let root = 0; root < n; root += 1) {
      if (order[root] !== 0) continue;
      enter(root);
      while (path.length > 0) {
        const node = path.at(-1)!;
        if (cursor[node]! < first[node + 1]!) {
          const edge = edges[cursor[node]!]!;
          cursor[node]! += 1;
          if (!matches(this.#kinds[edge]!, mask)) continue;
          const next = this.#to[edge]!;
          if (order[next] === 0) enter(next);
          else if (onStack[next] === 1) low[node] = Math.min(low[node]!, order[next]!);
          continue;
        }
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
        if (low[node] !== order[node]) continue;
        const members: number[] = [];
        let member: number;
        do {
          member = stack.pop()!;
          onStack[member] = 0;
          members.push(member);
        } while (member !== node);
        if (members.length === 1 && !this.#loops(node, mask)) continue;
        for (const one of members) component[one] = components;
        components += 1;
      }
    }
    return component;
  }

  /**
   * The shortest way from `from` to `to` over edges of `mask`, at least one edge long, as edge numbers; null:
   * there is none within the component, or `outOfTime`.
   */
  path(
    from: number,
    to: number,
    mask: number,
    within: Int32Array,
    outOfTime: () => boolean,
  ): number[] | null {
    const came = new Map<number, { readonly edge: number; readonly node: number }>();
    const queue = [from];
    for (let i = 0; i < queue.length; i += 1) {
      const node = queue[i]!;
      for (const edge of this.edgesOf(node)) {
        if (!matches(this.#kinds[edge]!, mask)) continue;
        const next = this.#to[edge]!;
        if (within[next] !== within[from] || came.has(next)) continue;
        came.set(next, { edge, node });
        if (next === to) return unwind(came, from, to);
        queue.push(next);
      }
      if (outOfTime()) return null;
    }
    return null;
  }

  #loops(node: number, mask: number): boolean {
    for (const edge of this.edgesOf(node)) {
      if (this.#to[edge] === node && matches(this.#kinds[edge]!, mask)) return true;
    }
    return false;
  }

  #indexed(): { readonly first: Int32Array; readonly edges: Int32Array } {
    if (this.#index !== null) return this.#index;
    const first = new Int32Array(this.#size + 1);
    for (const from of this.#from) first[from + 1]! += 1;
    for (let i = 0; i < this.#size; i += 1) first[i + 1]! += first[i]!;
    const next = first.slice();
    const edges = new Int32Array(this.#from.length);
    this.#from.forEach((from, edge) => {
      edges[next[from]!] = edge;
      next[from]! += 1;
    });
    this.#index = { first, edges };
    return this.#index;
  }
}

export const pass = 0;

function matches(kind: number, mask: number): boolean {
  return kind === pass || (kind & mask) !== 0;
}

function unwind(
  came: ReadonlyMap<number, { readonly edge: number; readonly node: number }>,
  from: number,
  to: number,
): number[] {
  const edges: number[] = [];
  let at = to;
  do {
    const step = came.get(at);
    assert(step !== undefined, 'a node that was reached was come to from another', { at });
    edges.push(step.edge);
    at = step.node;
  } while (at !== from);
  return edges.toReversed();
}
