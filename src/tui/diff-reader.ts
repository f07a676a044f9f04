import { diffCluster } from '../client/diff-cluster.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { toReplabError } from '../control/errors.ts';
import type { DiffView } from './scene.ts';

/** Reading all keys of all nodes takes at most this share of the time. */
const share = 0.1;
const leastPauseMs = 1000;

export interface DiffReader {
  /** Reads what the nodes hold, unless it is as it was, is being read, or was read a moment ago. */
  look(snapshot: Snapshot): void;
  stop(): void;
}

/** `onRead` is told what was read; `now` is local time in ms. */
export function createDiffReader(onRead: (diff: DiffView) => void): DiffReader {
  let read = '';
  let busy = false;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let waiting: Snapshot | null = null;

  const start = async (snapshot: Snapshot): Promise<void> => {
    busy = true;
    const begun = performance.now();
    let diff: DiffView;
    try {
      diff = { kind: 'read', diff: await diffCluster(snapshot) };
      read = contentsOf(snapshot);
    } catch (error) {
      diff = { kind: 'failed', reason: toReplabError(error).message };
    }
    if (stopped) return;
    onRead(diff);
    const pauseMs = Math.max(leastPauseMs, (performance.now() - begun) / share);
    timer = setTimeout(() => {
      busy = false;
      const next = waiting;
      waiting = null;
      if (next !== null) look(next);
    }, pauseMs);
  };

  const look = (snapshot: Snapshot): void => {
    if (stopped || contentsOf(snapshot) === read) return;
    if (busy) waiting = snapshot;
    else void start(snapshot);
  };

  return {
    look,
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** What of a snapshot says that contents are the same as before. */
function contentsOf({ nodes, leaders }: Snapshot): string {
  return JSON.stringify([
    leaders.map(({ id }) => id),
    nodes.map(({ state, digest, received, stopped }) => [
      state,
      digest?.at,
      digest?.value,
      received?.text,
      stopped,
    ]),
  ]);
}
