import { assert } from '../lib/assert.ts';
import { seal, zeroChain, type Entry, type Sealed } from './entry.ts';
import { containedIn, forkWith, receivable } from './log-rules.ts';
import { compareBallots, sameBallot, type Position } from './position.ts';
import type { Log, WriteIdentity } from './store.ts';
import type { Measure, Medium } from './store-medium.ts';

/** A log, and what one turn did to it. */
export interface TurnLog extends Log {
  /** To be called when a turn begins, and when one was rolled back. */
  startTurn(): void;
  /** What this turn appended or received, and did not cut again. */
  fresh(): readonly Entry[];
}

/** The log of a store, on any medium. */
export function logOf(medium: Medium): TurnLog {
  const end = logEnd(medium);
  const { head, turn, dedupe } = medium;
  const log: TurnLog = {
    startTurn: end.startTurn,
    fresh: end.fresh,
    base: () => head().base,
    last: () => head().last,
    epochs: () => head().epochs,
    bytes: () => head().lastTotal,
    contains: (position) => containedIn(log, position),
    fork: (epochs, last) => forkWith(log, epochs, last),
    newest: (kind) => medium.log.newest(kind),
    chainAt(position) {
      if (position.index === 0) return zeroChain;
      if (containedIn(log, position) !== 'yes') return null;
      const fresh = end.fresh();
      const written = fresh[position.index - (fresh[0]?.at.index ?? Number.POSITIVE_INFINITY)];
      return written?.chain ?? end.measureAt(position.index).chain;
    },
    append(epoch, body, identity = {}) {
      const { last, lastChain, applied } = head();
      assert(applied === last.index, 'who appends has applied all before', { applied, last });
      assert(compareBallots(epoch, last.epoch) >= 0, 'epochs never fall along a log (I2)', { epoch, last });
      const at = { epoch, index: last.index + 1 };
      const sealed = seal(lastChain, { at, ...wellFormed(identity), body });
      end.write(sealed);
      head().applied = at.index;
      if (body.kind === 'rows') turn.unlogged -= 1;
      dedupe.add(sealed.entry);
      return sealed.entry;
    },
    receive(previous, previousChain, entries) {
      const taken = receivable(log, previous, previousChain, entries);
      if (taken === 'gap' || taken === 'fork') return taken;
      for (const sealed of taken) end.write(sealed);
      return 'ok';
    },
    read(after, maxBytes) {
      const facts = { after };
      assert(log.contains(after) === 'yes', 'a log is read from a place it has', facts);
      if (after.index >= end.stable()) return [];
      return medium.log.page(after.index, end.stable(), end.measureAt(after.index).total + maxBytes);
    },
    cutAfter(position) {
      const { last, applied } = head();
      const facts = { position, last, applied };
      assert(log.contains(position) === 'yes', 'a log is cut after a place it has', facts);
      assert(applied <= position.index, 'what is cut was undone before', facts);
      return position.index === last.index ? [] : end.cutTo(position);
    },
    trimTo(position) {
      const { base, applied } = head();
      const facts = { position, applied };
      assert(log.contains(position) === 'yes', 'a log is trimmed to a place it has', facts);
      assert(
        position.index <= Math.min(end.stable(), applied),
        'what is trimmed is committed and applied',
        facts,
      );
      if (position.index > base.index) end.trimTo(position);
    },
  };
  return log;
}

/** The two ends of a log: moved in the medium and in its head alike. */
interface LogEnd {
  startTurn(): void;
  fresh(): readonly Entry[];
  /** Entries up to this index are committed, and not cut in this turn: what others may be shown. */
  stable(): number;
  /** For an index from base to last. */
  measureAt(index: number): Measure;
  write(sealed: Sealed): void;
  cutTo(position: Position): readonly Entry[];
  trimTo(position: Position): void;
}

function logEnd({ head, write, log, dedupe, keepPromise }: Medium): LogEnd {
  let fresh: Entry[] = [];
  let stable = head().last.index;

  function measureAt(index: number): Measure {
    const { last, lastChain, lastTotal, base, baseChain, baseTotal } = head();
    if (index === last.index) return { chain: lastChain, total: lastTotal };
    if (index === base.index) return { chain: baseChain, total: baseTotal };
    const measure = log.measureAt(index);
    assert(measure !== undefined, 'a log has an entry at every index between its base and its end', {
      index,
    });
    return measure;
  }

  return {
    startTurn() {
      fresh = [];
      stable = head().last.index;
    },
    fresh: () => fresh,
    stable: () => stable,
    measureAt,
    write(sealed) {
      const { entry, bytes } = sealed;
      const now = head();
      write();
      log.add(sealed, now.lastTotal + bytes);
      if (!sameBallot(entry.at.epoch, now.last.epoch)) {
        const start = { epoch: entry.at.epoch, firstIndex: entry.at.index };
        log.addEpoch(start);
        now.epochs = [...now.epochs, start];
      }
      now.last = entry.at;
      now.lastChain = entry.chain;
      now.lastTotal += bytes;
      fresh.push(entry);
    },
    cutTo(position) {
      const { chain, total } = measureAt(position.index);
      const now = head();
      keepPromise(now.last.epoch);
      write();
      const cut = log.cutAfter(position.index);
      now.last = position;
      now.lastChain = chain;
      now.lastTotal = total;
      now.epochs = now.epochs.filter(({ firstIndex }) => firstIndex <= position.index);
      fresh = fresh.filter(({ at }) => at.index <= position.index);
      stable = Math.min(stable, position.index);
      return cut;
    },
    trimTo(position) {
      const measure = measureAt(position.index);
      const now = head();
      write();
      log.trimTo(position, measure);
      dedupe.trim(position.index);
      now.base = position;
      now.baseChain = measure.chain;
      now.baseTotal = measure.total;
    },
  };
}

/** Stores keep text as UTF-8, and a chain hash must outlive a reading back. */
function wellFormed(identity: WriteIdentity): WriteIdentity {
  if (identity.client === undefined) return identity;
  return { ...identity, client: identity.client.toWellFormed() };
}
