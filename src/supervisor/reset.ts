import { describeError, ReplabError, toReplabError } from '../control/errors.ts';
import type { Methods } from '../control/message.ts';
import { forgetUsers } from '../control/state-dir.ts';
import { diskName } from '../protocol/node-id.ts';
import type { Cluster } from './cluster.ts';
import { shardsOf } from '../protocol/shard.ts';
import { catchUp, leadAtFirst } from './lifecycle.ts';
import { Meeting } from './meeting.ts';
import { turnTo, type NextDisk } from './node-disk.ts';

interface Turned {
  /** Of the reset. */
  readonly event: number;
  removeFormers(): Promise<void>;
}

/**
 * The cluster as after `up`, and nodes that run stay up: each goes on with an empty disk of a new id, in its
 * process. All have halted before one goes on, and what was under way is dropped: nothing of before gets through.
 * Epochs count on, since a ballot is used once (P4); so do faults and events.
 *
 * The record names the empty disks of all nodes at once, before any halts: what fails until then changes
 * nothing, and what fails from then on is `reset-incomplete`.
 */
export async function resetCluster(
  cluster: Cluster,
  progress: (line: string) => void,
): Promise<Methods['reset']['result']> {
  const { nodes, faults, sampler, spec, proxy } = cluster;
  const from = performance.now();
  await faults.heal(null);
  const turned = new Meeting(nodes.length, () => turnToEmpty(cluster));
  const emptied = new Meeting(nodes.length, async () => {
    await Promise.all(nodes.map(({ id }) => proxy.discard(id)));
    await (await turned.done).removeFormers();
  });
  const renewed = await Promise.allSettled(nodes.map((node) => node.renew(turned, emptied)));
  const { event } = await turned.done;
  try {
    for (const one of renewed) if (one.status === 'rejected') throw one.reason;
    forgetUsers(cluster.dir);
    sampler.forget();
    const leaders = await leadAtFirst(cluster, shardsOf(spec.shards));
    await catchUp(cluster, false, progress);
    const tookMs = Math.round(performance.now() - from);
    return {
      changed: true,
      event,
      leaders: leaders.map(({ shard, node, epoch }) => ({ shard, node, epoch })),
      epoch: leaders[0]!.epoch,
      tookMs,
      disks: nodes.map(({ disk }) => diskName(disk)),
    };
  } catch (error) {
    throw incomplete(spec.name, error);
  }
}

async function turnToEmpty(cluster: Cluster): Promise<Turned> {
  const { nodes, events } = cluster;
  const nexts: NextDisk[] = [];
  for (const { storage } of nodes) nexts.push(await storage.prepareEmpty());
  const removeFormers = await turnTo(nexts, cluster);
  return { event: events.append(null, 'reset'), removeFormers };
}

function incomplete(cluster: string, error: unknown): ReplabError {
  const { what, why } = describeError(toReplabError(error));
  return new ReplabError('reset-incomplete', { cluster, detail: `${what} ${why}` }, { cause: error });
}
