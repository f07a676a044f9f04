import { unreachable } from '../lib/assert.ts';
import { maxPageChars } from './limits.ts';
import type { ReadOp, Result } from './request.ts';

export type Pair = readonly [key: string, value: string];

/** What reads need of a store. Text that UTF-8 cannot hold is looked up as it would have been stored. */
export interface ReadView {
  get(key: string): string | null;
  size(): number;
  /** Pairs in the order of their keys' code points, from the first key after `after`. */
  pairsAfter(after: string | null): Iterable<Pair>;
}

/** The meaning of each read, once for all stores. */
export function answerRead(op: ReadOp, view: ReadView): Result {
  switch (op.kind) {
    case 'get':
      return { kind: 'value', value: view.get(op.key) };
    case 'mget':
      return { kind: 'values', values: op.keys.map((key) => view.get(key)) };
    case 'exists':
      // As Redis counts: a key that is named twice counts twice.
      return { kind: 'count', count: op.keys.filter((key) => view.get(key) !== null).length };
    case 'size':
      return { kind: 'count', count: view.size() };
    case 'scan':
      return pageOf(view.pairsAfter(op.after), op.limit);
    default:
      return unreachable(op);
  }
}

/** Leaving the loop ends the iterator: none outlives the call, since one would hold back checkpoints (P3). */
function pageOf(source: Iterable<Pair>, limit: number): Result {
  const pairs: Pair[] = [];
  let chars = 0;
  for (const pair of source) {
    chars += pair[0].length + pair[1].length;
    if (pairs.length > 0 && (pairs.length >= limit || chars > maxPageChars)) {
      return { kind: 'page', pairs, more: true };
    }
    pairs.push(pair);
  }
  return { kind: 'page', pairs, more: false };
}
