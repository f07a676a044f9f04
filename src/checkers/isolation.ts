import { timeIsUp, unknown, type Finding, type OutOfTime } from './checker.ts';
import { hasCycle, nameCycle } from './cycles.ts';
import { neverWritten } from './provenance.ts';
import type { Subject } from './subject.ts';
import { realTime, rw, transactionGraph, wr, ww, type TransactionGraph } from './txn-graph.ts';
import { listsOf, type TransactionLists } from './txn-lists.ts';
import { intermediateRead, internalAnomaly, lostUpdate } from './txn-reads.ts';

/** What a level of isolation forbids, beside reads of what never was and orders that contradict one another. */
interface Level {
  /** Cycles of these edges. */
  readonly mask: number;
  /** Only those without two rw edges in a row. */
  readonly apart: boolean;
  /** That a transaction reads something else than its own steps before allow. */
  readonly internal: boolean;
  readonly lostUpdates: boolean;
}

export const levels = {
  readCommitted: { mask: ww | wr, apart: false, internal: false, lostUpdates: false },
  snapshotIsolation: { mask: ww | wr | rw, apart: true, internal: true, lostUpdates: true },
  serializable: { mask: ww | wr | rw, apart: false, internal: true, lostUpdates: true },
  strictSerializable: { mask: ww | wr | rw | realTime, apart: false, internal: true, lostUpdates: true },
} as const satisfies Record<string, Level>;

type Built =
  | { readonly finding: Finding }
  | { readonly finding: null; readonly lists: TransactionLists; readonly txns: TransactionGraph };

/** Four claims look at the same graph. */
const built = new WeakMap<Subject, Built>();

/**
 * Transactions on lists, decided as Elle does (Kingsbury and Alvaro, VLDB 2020): unique elements and the
 * longest read give the order of versions, that gives dependencies, and a cycle of them is a contradiction.
 * Complete: without a forbidden cycle there is an order that explains every read; for snapshot isolation there
 * are snapshots (Cerone and Gotsman, 2018) once every append has its place.
 */
export function checkIsolation(subject: Subject, level: Level, outOfTime: OutOfTime): Finding {
  const { finding, ...rest } = build(subject);
  if (finding !== null) return finding;
  const { lists, txns } = rest as Extract<Built, { finding: null }>;
  if (outOfTime()) return unknown(timeIsUp);
  const read =
    intermediateRead(lists) ??
    (level.internal ? internalAnomaly(subject) : null) ??
    (level.lostUpdates ? lostUpdate(lists) : null);
  if (read !== null) return read;
  if (hasCycle(txns, level.mask, level.apart)) return nameCycle(txns, level.mask, level.apart, outOfTime);
  const valid = { verdict: 'valid', seen: txns.dependencies } as const;
  return level.apart ? (dependsOnUnseen(lists, txns, level) ?? valid) : valid;
}

/**
 * Where no cycle is allowed, appends that no read shows may be put in any order the graph has. Snapshots are
 * more particular: with each order go other cycles. One order that has none is enough; without, nothing is known.
 */
function dependsOnUnseen(lists: TransactionLists, txns: TransactionGraph, level: Level): Finding | null {
  if (lists.lists.every(({ unseen }) => unseen.length < 2) || !hasCycle(txns, level.mask, false)) return null;
  if (!hasCycle(transactionGraph(lists, true), level.mask, true)) return null;
  return unknown('it depends on the order of appends that no read shows: read every list in the end');
}

function build(subject: Subject): Built {
  const known = built.get(subject);
  if (known !== undefined) return known;
  const made = make(subject);
  built.set(subject, made);
  return made;
}

function make(subject: Subject): Built {
  const stray = neverWritten(subject);
  if (stray !== null) return { finding: stray };
  const lists = listsOf(subject);
  if (lists === null)
    return { finding: unknown('an element was appended twice: reads do not say whose they saw') };
  if ('verdict' in lists) return { finding: lists };
  return { finding: null, lists, txns: transactionGraph(lists) };
}
