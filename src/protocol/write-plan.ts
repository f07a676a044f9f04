import { unreachable } from '../lib/assert.ts';
import { addInt64 } from '../lib/int64.ts';
import { exceedsJsonBytes, jsonBytes } from '../lib/text.ts';
import { maxEntryBytes, maxKeyBytes, maxValueBytes } from './limits.ts';
import type { RefusedCode, Result, WriteOp } from './request.ts';

/** A key and its new value; null removes the key, which is there. */
export interface Assignment {
  readonly key: string;
  readonly value: string | null;
}

/** What a write does, decided before anything is written: a refused write has nothing to take back. */
export type WritePlan =
  | { readonly ok: true; readonly assignments: readonly Assignment[]; readonly result: Result }
  | { readonly ok: false; readonly code: RefusedCode };

type Get = (key: string) => string | null;

const tooLarge: WritePlan = { ok: false, code: 'too-large' };

/**
 * The meaning of each write, once for all stores. `get` reads the present value. Text is made well-formed
 * first (a lone surrogate becomes U+FFFD), since UTF-8 has no place for anything else.
 */
export function planWrite(op: WriteOp, get: Get): WritePlan {
  switch (op.kind) {
    case 'put':
      return put(op.key.toWellFormed(), op.value.toWellFormed());
    case 'del':
      return del(op.keys, get);
    case 'incr':
      return incr(op.key.toWellFormed(), op.by, get);
    case 'cas':
      return cas(op.key.toWellFormed(), wellFormed(op.expected), wellFormed(op.value), get);
    default:
      return unreachable(op);
  }
}

function put(key: string, value: string): WritePlan {
  if (exceeds(key, value)) return tooLarge;
  return { ok: true, assignments: [{ key, value }], result: { kind: 'written' } };
}

/** Counts the keys that were there, each once. */
function del(keys: readonly string[], get: Get): WritePlan {
  const present = new Set<string>();
  let bytes = 0;
  for (const raw of keys) {
    const key = raw.toWellFormed();
    const value = present.has(key) ? null : get(key);
    if (value === null) continue;
    present.add(key);
    if (keys.length > 1) bytes += rowOverhead + jsonBytes(key) + jsonBytes(value);
    if (bytes > maxEntryBytes) return tooLarge;
  }
  const assignments = [...present].map((key) => ({ key, value: null }));
  return { ok: true, assignments, result: { kind: 'count', count: present.size } };
}

/** More than the names and punctuation around one deleted row in an entry. */
const rowOverhead = 64;

function incr(key: string, by: string, get: Get): WritePlan {
  if (exceeds(key, null)) return tooLarge;
  const sum = addInt64(get(key) ?? '0', by);
  if (!sum.ok) return sum;
  const { value } = sum;
  return { ok: true, assignments: [{ key, value }], result: { kind: 'integer', value } };
}

/** Answers with the value the key holds afterwards. */
function cas(key: string, expected: string | null, value: string | null, get: Get): WritePlan {
  if (exceeds(key, value)) return tooLarge;
  const found = get(key);
  if (found !== expected) {
    return { ok: true, assignments: [], result: { kind: 'cas', swapped: false, value: found } };
  }
  const assignments = found === null && value === null ? [] : [{ key, value }];
  return { ok: true, assignments, result: { kind: 'cas', swapped: true, value } };
}

function exceeds(key: string, value: string | null): boolean {
  if (exceedsJsonBytes(key, maxKeyBytes)) return true;
  return value !== null && exceedsJsonBytes(value, maxValueBytes);
}

function wellFormed(text: string | null): string | null {
  return text === null ? null : text.toWellFormed();
}
