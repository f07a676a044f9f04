import type { Operation } from '../history/operation.ts';
import { textOf } from '../history/value.ts';

/** Anomalies of registers as they are met, the same that `check` counts in the end. */
export interface LiveAnomalies {
  readonly staleReads: number;
  readonly ownWritesMissing: number;
  /** In the order operations end. */
  done(operation: Operation, isRead: boolean): void;
}

/** Acknowledged writes in the order they ended, each with the latest beginning of those so far. */
interface Acknowledged {
  readonly ends: number[];
  readonly latestStarts: number[];
}

/**
 * A read is stale when a write had ended before it began, and had begun after the one it saw had ended. Of what a read
 * saw it is known by then whether that had ended: what ends later is concurrent.
 */
export function createLiveAnomalies(): LiveAnomalies {
  const ofKey = new Map<string, Acknowledged>();
  const ofSession = new Map<string, Acknowledged>();
  const endOfValue = new Map<string, number>();
  let staleReads = 0;
  let ownWritesMissing = 0;
  return {
    get staleReads() {
      return staleReads;
    },
    get ownWritesMissing() {
      return ownWritesMissing;
    },
    done({ outcome, key, session, output, start, end }, isRead) {
      if (outcome !== 'ok') return;
      const own = `${session} ${key}`;
      if (!isRead) {
        endOfValue.set(`${key} ${textOf(output)}`, end);
        add(ofKey, key!, start, end);
        add(ofSession, own, start, end);
        return;
      }
      const until = output === null ? -1 : (endOfValue.get(`${key} ${textOf(output)}`) ?? Infinity);
      if (latestBefore(ofKey.get(key!), start) > until) staleReads += 1;
      if (latestBefore(ofSession.get(own), start) > until) ownWritesMissing += 1;
    },
  };
}

function add(all: Map<string, Acknowledged>, name: string, start: number, end: number): void {
  const one = all.get(name) ?? { ends: [], latestStarts: [] };
  all.set(name, one);
  one.ends.push(end);
  one.latestStarts.push(Math.max(start, one.latestStarts.at(-1) ?? -1));
}

/** The latest beginning of those that had ended by `moment`; -1 for none. Reads are short: the last ones are looked at. */
function latestBefore(one: Acknowledged | undefined, moment: number): number {
  if (one === undefined) return -1;
  let i = one.ends.length - 1;
  while (i >= 0 && one.ends[i]! >= moment) i -= 1;
  return one.latestStarts[i] ?? -1;
}
