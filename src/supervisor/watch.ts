import { setTimeout as wait } from 'node:timers/promises';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import type { Call } from '../control/server.ts';
import { takeSnapshot, type StatusWorld } from './status.ts';

/** Nobody sees more than this often; and a number from a socket must not make the daemon spin. */
const leastEveryMs = 50;
const mostEveryMs = 60_000;

/**
 * Sends a snapshot at once, and another when something changed: looked at after each of the sampler's rounds
 * and each event, at most every `everyMs`. Who does not take what it was sent gets the newest once it does.
 */
export async function watchCluster(
  world: StatusWorld,
  everyMs: number,
  { item, lagging, signal }: Call<'watch'>,
): Promise<Record<string, never>> {
  const paceMs = Math.min(mostEveryMs, Math.max(leastEveryMs, everyMs));
  let due = Promise.withResolvers<void>();
  const wake = (): void => due.resolve();
  const ends = [world.sampler.watch(wake), world.events.subscribe(wake)];
  signal.addEventListener('abort', wake, { once: true });
  let sent: string | null = null;
  try {
    while (!signal.aborted) {
      if (!lagging()) {
        const snapshot = await takeSnapshot(world, sent === null);
        if (signal.aborted) break;
        const now = gistOf(snapshot);
        if (now !== sent) item(snapshot);
        sent = now;
      }
      // An aborted wait rejects: the loop then ends.
      await wait(paceMs, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await due.promise;
      due = Promise.withResolvers();
    }
  } catch (error) {
    // The proxy ends before the connections do.
    if (world.phase() !== 'stopping') throw error;
  } finally {
    for (const end of ends) end();
  }
  return {};
}

/**
 * What makes a snapshot news. Left out is what moves in a cluster at rest: heartbeats through links, memory,
 * the age of what was seen; and links that do as they should.
 */
export function gistOf(snapshot: Snapshot): string {
  const { phase, events, options, leaders, nodes, links, faults, divergence } = snapshot;
  const odd = links
    .filter(({ state, faults: of, held }) => state !== 'ok' || of.length > 0 || held.forward + held.back > 0)
    .map(({ from, to, state, faults: of, held }) => [from, to, state, of, held]);
  return JSON.stringify([phase, events, options, leaders, nodes.map(gistOfNode), odd, faults, divergence]);
}

function gistOfNode(node: NodeView): object {
  // A node that runs and is silent is ever more of a worry; one that does not run has nothing to say.
  const silentS = node.state === 'running' ? Math.floor(node.busyMs / 1000) : 0;
  return { ...node, seenMs: 0, memory: 0, busyMs: silentS, replicas: node.replicas.slice(1) };
}
