import type { Cluster } from '../client/cluster-connection.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import type { Snapshot } from '../cluster/snapshot.ts';

export interface Heard {
  event(event: ClusterEvent): void;
  snapshot(snapshot: Snapshot): void;
  /** How long the supervisor has been silent; null: it is there again. */
  silent(ms: number | null): void;
}

/** Events that are there already and are shown. */
const pastEvents = 500;
/** How often the supervisor must show that it is there, and when its silence is told. */
const aliveEveryMs = 1000;
const silentAfterMs = 3000;

/**
 * Snapshots and events of a cluster until it is down. Rejects when its supervisor goes without that. Silence
 * is told apart from quiet: a supervisor that does not answer is asked until it does.
 */
export async function follow(cluster: Cluster, from: Snapshot, everyMs: number, heard: Heard): Promise<void> {
  let isGoingDown = false;
  const alive = watchAlive(cluster, (ms) => heard.silent(ms));
  try {
    await Promise.all([
      cluster.request(
        'events',
        { after: Math.max(0, from.events - pastEvents), follow: true },
        { onItem: (event) => heard.event(event) },
      ),
      cluster.request(
        'watch',
        { everyMs },
        {
          onItem(snapshot) {
            isGoingDown ||= snapshot.phase === 'stopping';
            heard.snapshot(snapshot);
          },
        },
      ),
    ]);
  } catch (error) {
    if (!isGoingDown) throw error;
  } finally {
    clearInterval(alive);
  }
}

function watchAlive(cluster: Cluster, onSilent: (ms: number | null) => void): NodeJS.Timeout {
  let askedAt: number | null = null;
  let wasSilent = false;
  const ask = async (): Promise<void> => {
    askedAt = performance.now();
    // Whatever else goes wrong, the streams say so.
    await cluster.request('hello', {}).catch(() => {});
    askedAt = null;
    if (wasSilent) onSilent(null);
    wasSilent = false;
  };
  const look = (): void => {
    if (askedAt === null) return void ask();
    const ms = performance.now() - askedAt;
    if (ms < silentAfterMs) return;
    wasSilent = true;
    onSilent(ms);
  };
  return setInterval(look, aliveEveryMs).unref();
}
