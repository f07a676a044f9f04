import { setTimeout as wait } from 'node:timers/promises';
import type { LoadPlan } from '../control/load-plan.ts';

/** When operations are due, and when it is enough. */
export interface Pace {
  /**
   * The moment the next operation of a slot is due, once that has come; null when there is to be no more. A slot
   * that was busy until after that moment is told the moment all the same: what it waited for counts as latency.
   */
  next(slot: number): Promise<number | null>;
  /** After an error, without a rate: who is refused at once must not do nothing but ask. */
  rest(): Promise<void>;
  /** Operations that were due before the end and that every slot was too busy to begin: latencies miss theirs. */
  notBegun(): number;
}

const restMs = 10;

/**
 * With a rate, slots take turns, evenly over time, whatever became of what was asked before (an open loop). Without
 * one each goes on as soon as it can. A slot that slept is late by its timer alone, so it begins to count then.
 */
export function createPace(
  {
    ratePerS,
    forMs,
    ops,
    clients,
    pipeline,
  }: Pick<LoadPlan, 'ratePerS' | 'forMs' | 'ops' | 'clients' | 'pipeline'>,
  nowMs: () => number,
  signal: AbortSignal,
  most: number,
): Pace {
  const slots = clients * pipeline;
  const turns = Array.from({ length: slots }, (_, slot) => slot);
  const limit = Math.min(ops ?? most, most);
  const endMs = forMs ?? Infinity;
  let begun = 0;
  let notBegun = 0;
  const sleep = async (ms: number): Promise<void> => {
    await wait(ms, undefined, { signal }).catch(() => {});
  };
  return {
    async next(slot) {
      let dueMs = nowMs();
      let missed = 0;
      if (ratePerS !== null) {
        const planned = (turns[slot]! * 1000) / ratePerS;
        turns[slot]! += slots;
        if (planned >= endMs) return null;
        if (planned > dueMs) {
          await sleep(planned - dueMs);
          dueMs = nowMs();
        } else {
          dueMs = planned;
        }
        if (endMs < Infinity) missed = Math.ceil(((endMs - planned) * ratePerS) / 1000 / slots);
      }
      if (signal.aborted || begun >= limit) return null;
      if (nowMs() >= endMs) {
        notBegun += missed;
        return null;
      }
      begun += 1;
      return dueMs;
    },
    notBegun: () => Math.min(notBegun, limit - begun),
    rest: () => (ratePerS === null ? sleep(restMs) : Promise.resolve()),
  };
}
