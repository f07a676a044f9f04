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
  const sleep = async (ms: number): Promise<void> => {
    await wait(ms, undefined, { signal }).catch(() => {});
  };
  return {
    async next(slot) {
      let dueMs = nowMs();
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
      }
      if (signal.aborted || begun >= limit || nowMs() >= endMs) return null;
      begun += 1;
      return dueMs;
    },
    rest: () => (ratePerS === null ? sleep(restMs) : Promise.resolve()),
  };
}
