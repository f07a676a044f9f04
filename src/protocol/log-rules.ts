import { assert } from '../lib/assert.ts';
import type { Hash48 } from '../lib/hash.ts';
import { seal, type Entry, type Sealed } from './entry.ts';
import {
  compareBallots,
  containsAt,
  forkOf,
  type Containment,
  type EpochStart,
  type Position,
} from './position.ts';
import type { Log } from './store.ts';

/** What the rules of logs read of one; every store answers these its own way. */
export type LogView = Pick<Log, 'base' | 'last' | 'chainAt' | 'epochs'>;

/** Does the log hold the entry at `position`? Below the base nobody can tell any more. */
export function containedIn(log: LogView, position: Position): Containment {
  if (position.index > 0 && position.index < log.base().index) return 'trimmed';
  return containsAt(log.epochs(), log.last(), position);
}

/** The highest position common with a log of this history (KIP-101). */
export function forkWith(
  log: LogView,
  epochs: readonly EpochStart[],
  last: Position,
): Position | 'below-base' {
  const fork = forkOf(log.epochs(), log.last(), epochs, last);
  return fork.index < log.base().index ? 'below-base' : fork;
}

/**
 * What of `entries`, which follow `previous`, is new to this log: chained and ready to be written. `gap`:
 * `previous` is beyond the last entry. `fork`: the log holds something else at `previous` or after it.
 * Throws on entries that are no log (F1 promises that what a leader sends is one): gapless, epochs
 * never falling (I2), each chained to the one before (I3).
 */
export function receivable(
  log: LogView,
  previous: Position,
  previousChain: Hash48,
  entries: readonly Entry[],
): readonly Sealed[] | 'gap' | 'fork' {
  const last = log.last();
  if (previous.index > last.index) return 'gap';
  if (differs(log, previous, previousChain)) return 'fork';
  const known = Math.min(entries.length, last.index - previous.index);
  for (const entry of entries.slice(0, known)) {
    if (differs(log, entry.at, entry.chain)) return 'fork';
  }
  return chained(previous, previousChain, entries).slice(known);
}

/** Below the base there is nothing to compare with: what was trimmed was common. */
function differs(log: LogView, at: Position, chain: Hash48): boolean {
  return at.index >= log.base().index && log.chainAt(at) !== chain;
}

function chained(previous: Position, previousChain: Hash48, entries: readonly Entry[]): readonly Sealed[] {
  let at = previous;
  let chain = previousChain;
  return entries.map((entry) => {
    const sealed = seal(chain, entry);
    assert(entry.at.index === at.index + 1, 'entries are gapless (I2)', { at, next: entry.at });
    assert(compareBallots(entry.at.epoch, at.epoch) >= 0, 'epochs never fall along a log (I2)', {
      at,
      next: entry.at,
    });
    assert(sealed.entry.chain === entry.chain, 'an entry is chained to the one before (I3)', {
      at: entry.at,
    });
    at = entry.at;
    chain = entry.chain;
    return sealed;
  });
}

/** What a store remembers of a write in order to recognise it when it is repeated; null for other entries. */
export function dedupeOf({ client, seq, result }: Entry): DedupeKey | null {
  if (client === undefined || seq === undefined || result === undefined) return null;
  return { client, seq };
}

export interface DedupeKey {
  readonly client: string;
  readonly seq: number;
}
