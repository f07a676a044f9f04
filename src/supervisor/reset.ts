import type { Methods } from '../control/message.ts';
import { diskName } from '../protocol/node-id.ts';
import type { Cluster } from './cluster.ts';
import { catchUp } from './lifecycle.ts';
import { liveOptions } from './spec.ts';

/**
 * The cluster as after `up`, and nodes that run stay up: each goes on with an empty disk of a new id, in its
 * process. All have halted before one goes on, and what was under way is dropped: nothing of before gets through.
 * Epochs count on, since a ballot is used once (P4); so do faults and events.
 */
export async function resetCluster(
  cluster: Cluster,
  progress: (line: string) => void,
): Promise<Methods['reset']['result']> {
  const { nodes, events, faults, leadership, sampler, spec } = cluster;
  const from = performance.now();
  const event = events.append(null, 'reset');
  await faults.heal(null);
  const halted = nodes.map(() => Promise.withResolvers<void>());
  const allHalted = Promise.all(halted.map(({ promise }) => promise));
  const renewed = await Promise.allSettled(nodes.map((node, i) => node.renew(halted[i]!.resolve, allHalted)));
  for (const one of renewed) if (one.status === 'rejected') throw one.reason;
  sampler.forget();
  const { epoch } = await leadership.promote(nodes[0]!.id, false, liveOptions(spec));
  await catchUp(cluster, false, progress);
  const tookMs = Math.round(performance.now() - from);
  return { changed: true, event, epoch, tookMs, disks: nodes.map(({ disk }) => diskName(disk)) };
}
