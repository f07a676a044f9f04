import { setTimeout as wait } from 'node:timers/promises';
import { ReplabError } from '../control/errors.ts';
import type { Methods } from '../control/message.ts';
import { endProcesses } from '../control/remains.ts';
import { removeClusterDir } from '../control/state-dir.ts';
import type { Cluster } from './cluster.ts';
import { isCaughtUp, newestLeader } from './lag.ts';
import { firstLeader, shardsOf } from '../protocol/shard.ts';
import { answersOf, type Answered } from './sampler.ts';
import { liveOptions } from './spec.ts';

type Progress = (line: string) => void;

/** From the last node's start until all followers hold all of the leader's log. */
const catchUpMs = 30_000;
/** What a node may take to finish when its data are kept. */
const graceMs = 1500;

/**
 * Starts every node, all at once, and returns when all serve and every follower has caught up. A new cluster
 * is led by n1 (its next shard by n2, and so on), made so as any operator would; kept data know their leader. Throws the first reason why not.
 */
export async function bringUp(cluster: Cluster, kept: boolean, progress: Progress): Promise<void> {
  const { nodes, spec, events, record, sampler } = cluster;
  progress(`starting ${nodes.length} nodes`);
  const started = await Promise.allSettled(nodes.map((node) => node.start()));
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  await leadAtFirst(cluster, kept ? await shardsWithoutEpoch(cluster) : shardsOf(spec.shards));
  await catchUp(cluster, kept, progress);
  record.change({ phase: 'ready' });
  events.append(null, 'ready');
  sampler.start();
}

/** Makes the shards led as in a new cluster, by whom `up` gave them and with its settings. */
export function leadAtFirst({ spec, leadership }: Cluster, shards: readonly number[]) {
  return Promise.all(
    shards.map((shard) =>
      leadership.promote({ node: firstLeader(shard, spec.nodes), shard, force: false }, liveOptions(spec)),
    ),
  );
}

async function shardsWithoutEpoch({ sampler, nodes, spec }: Cluster): Promise<readonly number[]> {
  const end = performance.now() + catchUpMs;
  for (;;) {
    const { reports } = await sampler.fresh();
    const known = shardsOf(spec.shards).map((shard) => knowNoEpoch(nodes.length, answersOf(reports, shard)));
    if (!known.includes(null) || performance.now() >= end)
      return shardsOf(spec.shards).filter((shard) => known[shard] === true);
    await wait(5 + nodes.length);
  }
}

/**
 * Has no disk heard of any epoch? Null while that cannot be said: a node that is slow to answer may hold
 * everything, and n1, if it was wiped, would be made the leader of nothing.
 */
export function knowNoEpoch(nodes: number, answered: readonly Answered[]): boolean | null {
  if (answered.some(({ status }) => status.epoch.number > 0)) return false;
  return answered.length === nodes ? true : null;
}

export async function catchUp(cluster: Cluster, kept: boolean, progress: Progress): Promise<void> {
  const { nodes, sampler, events, spec } = cluster;
  const end = performance.now() + catchUpMs;
  const pauseMs = 5 + nodes.length;
  for (let said = ''; ; await wait(pauseMs)) {
    const { reports } = await sampler.fresh();
    const missing = firstMissing(spec.shards, (shard) => {
      return whatIsMissing(spec.nodes, answersOf(reports, shard));
    });
    if (missing === null) return;
    if (missing !== said) progress(missing);
    said = missing;
    if (performance.now() < end) continue;
    if (!kept) throw new ReplabError('not-ready', { cluster: spec.name, detail: missing });
    // Data that cannot be brought together are there to be looked at.
    events.append(null, 'not-caught-up', { reason: missing });
    return;
  }
}

function firstMissing(shards: number, missingIn: (shard: number) => string | null): string | null {
  for (const shard of shardsOf(shards)) {
    const missing = missingIn(shard);
    if (missing !== null) return shards === 1 ? missing : `${missing} (shard ${shard})`;
  }
  return null;
}

/** Null when every follower has caught up, or has stopped and says why. */
function whatIsMissing(ids: readonly string[], answered: readonly Answered[]): string | null {
  const silent = ids.filter((id) => !answered.some((one) => one.id === id));
  if (silent.length > 0) return `waiting for an answer of ${silent.join(', ')}`;
  const leader = newestLeader(answered);
  if (leader === null) return 'waiting for a leader';
  const behind = answered.filter(
    ({ status }) => status.stopped === null && !isCaughtUp(status, leader.status),
  );
  return behind.length === 0 ? null : `waiting for ${behind.map(({ id }) => id).join(', ')} to catch up`;
}

/**
 * Ends every process of the cluster, looks again that none is left, and removes what is not to be kept.
 * `leftovers` if any does not end: then nothing is removed.
 */
export async function takeDown(
  cluster: Cluster,
  keep: boolean,
  progress: Progress,
): Promise<Methods['down']['result']> {
  const { nodes, spec, dir, record, events, sampler, proxy, reaper } = cluster;
  sampler.stop();
  const faultsEnded = cluster.faults.stop();
  const event = events.append(null, 'down', { keep });
  progress(`ending ${nodes.length} nodes`);
  const loads = await cluster.loads.close(keep ? graceMs : 0);
  const ended = await Promise.all(nodes.map((node) => node.end(keep ? graceMs : 0)));
  await faultsEnded;
  await proxy.close();
  await reaper.close();
  const strays = await endProcesses(spec.name, record.now);
  events.close();
  // On a full disk it stays `stopping` without a supervisor, which is kept as well.
  if (keep) record.tryChange({ phase: 'kept', faults: [] });
  record.close();
  if (!keep) removeClusterDir(dir, record.now.socket);
  return { ended: ended.filter(Boolean).length + loads + strays.ended, event };
}
