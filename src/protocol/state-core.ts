import { assert } from '../lib/assert.ts';
import type { RowChange } from './entry.ts';
import { epochAt, type Position } from './position.ts';
import { answerRead } from './read-answer.ts';
import { changesOf, inverse, misfit } from './rows.ts';
import type { Log, State } from './store.ts';
import type { Medium } from './store-medium.ts';
import { planWrite } from './write-plan.ts';

/** The state of a store, on any medium. */
export function stateOf(medium: Medium, log: Log): State {
  const { head, turn, kv, dedupe } = medium;
  const view = { ...kv, size: () => head().keys };

  const positionOf = (index: number): Position => ({ epoch: epochAt(head().epochs, index), index });
  const applied = (): Position => positionOf(head().applied);

  return {
    execute(op) {
      const plan = planWrite(op, kv.get);
      if (!plan.ok) return plan;
      const { assignments, result } = plan;
      if (assignments.length === 0) return { ok: true, result, body: null };
      medium.write();
      for (const { key, value } of assignments) kv.assign(key, value);
      turn.unlogged += 1;
      return { ok: true, result, body: { kind: 'rows', changes: kv.taken() } };
    },
    read: (op) => answerRead(op, view),
    repeated(client, seq) {
      const found = dedupe.find(client.toWellFormed(), seq);
      return found === null ? null : { at: positionOf(found.index), result: found.result };
    },
    apply(entry) {
      const next = entry.at.index === head().applied + 1 && log.chainAt(entry.at) === entry.chain;
      assert(next, 'what is applied is the next entry of the log', { at: entry.at });
      const stopped = carry(medium, changesOf(entry.body));
      if (stopped !== null) return { ok: false, stopped };
      head().applied = entry.at.index;
      dedupe.add(entry);
      return { ok: true };
    },
    undo(entry) {
      const newest = entry.at.index === head().applied && log.chainAt(entry.at) === entry.chain;
      assert(newest, 'what is undone is the entry applied last', { at: entry.at });
      if (carry(medium, inverse(changesOf(entry.body))) !== null) return false;
      head().applied = entry.at.index - 1;
      dedupe.remove(entry);
      return true;
    },
    applied,
    digest: () => ({ kind: 'rows', at: applied(), value: head().digest }),
    size: () => head().keys,
  };
}

/** Makes all changes; or none, and says why. A single one needs no savepoint: it fits or does nothing. */
function carry({ write, atomically, kv }: Medium, changes: readonly RowChange[]): string | null {
  write();
  let unfit: RowChange | undefined;
  const all = (): boolean => {
    unfit = changes.find((change) => !kv.fits(change));
    return unfit === undefined;
  };
  if (changes.length > 1) atomically(all);
  else all();
  // An entry says itself what it changes; what was captured has fed the digest.
  kv.taken();
  return unfit === undefined ? null : misfit(unfit);
}
