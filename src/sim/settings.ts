import type { Rng } from '../lib/rng.ts';
import type { NodeId } from '../protocol/node-id.ts';

/** Live settings of a single-leader cluster, any that are valid. */
export function drawSettings(rng: Rng, nodes: readonly NodeId[]): Readonly<Record<string, string>> {
  const most = nodes.length - 1;
  const counts = [Math.min(1, most), rng.between(Math.min(1, most), most)].map(String);
  const sync = rng.pick(['none', ...counts, 'all', 'majority', rng.pick(nodes), rng.pick(nodes)]);
  const lost = nodes.includes(sync)
    ? ['block', 'degrade', 'handover', 'handover']
    : ['block', 'block', 'degrade'];
  return {
    sync,
    ack: rng.pick(['durable', 'durable', 'received', 'applied']),
    'on-sync-lost': rng.pick(lost),
    'write-timeout': rng.pick(['300ms', '1s', '5s']),
    'sync-timeout': rng.pick(['150ms', '500ms', '2s']),
  };
}
