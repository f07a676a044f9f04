import type { Value } from '../history/value.ts';
import type { Rng } from '../lib/rng.ts';

/** What is asked of a node, or of several in a row. */
export type Call =
  | { readonly kind: 'get'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'incr'; readonly key: string; readonly by: number }
  /** Read, changed and written back if nobody came between, again and again: nodes have no lists of their own. */
  | { readonly kind: 'append'; readonly key: string; readonly element: string }
  /** Every key that begins so, at one position. */
  | { readonly kind: 'scan'; readonly prefix: string; readonly limit: number };

/** An operation that a client is to do: as its history has it, and as nodes are asked for it. */
export interface Planned {
  readonly f: 'read' | 'write' | 'incr' | 'add' | 'append';
  readonly key: string;
  /** As invoked; null for reads. */
  readonly value: Value;
  readonly call: Call;
}

/** What a node answered: the value of a key, or with `scan` the keys there are. */
export type Answer = string | null | readonly string[];

export interface Setup {
  /** Every key begins with it and a slash: no other load has it. */
  readonly prefix: string;
  /** How many keys there are at a time. */
  readonly keys: number;
  readonly clients: number;
  /** Share of reads, from 0 to 1. */
  readonly reads: number;
  readonly rng: Rng;
}

/** A client's operations depend on the seed and its own number; only which key is full, on all of them. */
export interface Generator {
  next(client: number): Planned;
  /** Every key it has written to or read, as histories name them. */
  keys(): readonly string[];
}

/** Operations of one kind, from a seed. One file each; the table is `workloads.ts`. */
export interface Workload {
  readonly name: string;
  readonly summary: string;
  /** What a key is to checkers. */
  readonly model: 'register' | 'counter' | 'set' | 'list';
  /** What its history is for: claims that it can show to be broken, the strongest first. */
  readonly claims: readonly string[];
  /** Share of reads unless something else is asked for. */
  readonly reads: number;
  create(setup: Setup): Generator;
  /** What a read shows, as its history has it. */
  shown(answer: Answer): Value;
  /** The same of a key in a page of a node's pairs, all those with the load's prefix. */
  inPage(key: string, page: ReadonlyMap<string, string>): Value;
}
