import { formatRegions, parseRegions, regionNames } from '../cluster/regions.ts';
import { clusterNamePattern, maxNodes, type ClusterSpec } from '../cluster/spec.ts';
import { ReplabError } from '../control/errors.ts';
import { engines } from '../engines/engines.ts';
import { findMode } from '../protocol/modes.ts';
import { isNodeId } from '../protocol/node-id.ts';
import { maxShards } from '../protocol/shard.ts';
import type { ModeOptions } from '../protocol/protocol.ts';

/** A specification with every option of its mode, checked; `usage` or `bad-setting` for what cannot be. */
export function completeSpec(spec: ClusterSpec): ClusterSpec {
  const mode = findMode(spec.mode);
  if (!clusterNamePattern.test(spec.name)) throw usage(`${JSON.stringify(spec.name)} is no cluster name.`);
  if (mode === null) throw usage(`There is no mode ${JSON.stringify(spec.mode)}.`);
  if (!Object.hasOwn(engines, spec.engine)) throw usage(`There is no engine ${JSON.stringify(spec.engine)}.`);
  if (spec.durability !== 'normal' && spec.durability !== 'full')
    throw usage('Durability is normal or full.');
  const { nodes, shards } = spec;
  if (!Number.isInteger(shards) || shards < 1 || shards > maxShards)
    throw usage(`A cluster has 1 to ${maxShards} shards.`);
  if (nodes.length < 1 || nodes.length > maxNodes) throw usage(`A cluster has 1 to ${maxNodes} nodes.`);
  if (!nodes.every(isNodeId) || new Set(nodes).size !== nodes.length)
    throw usage('Nodes are named n1, n2, …, each once.');

  const misplaced = regionsFault(spec);
  if (misplaced !== null) throw usage(`Regions: ${misplaced}.`);

  const names = mode.options.map(({ name }) => name).join(', ');
  for (const [name, value] of Object.entries(spec.options)) {
    const expected = mode.options.find((option) => option.name === name)?.check(value, nodes);
    if (expected === undefined) throw new ReplabError('bad-setting', { name, value, names });
    if (expected !== null)
      throw new ReplabError('bad-setting', { name, value, names, detail: `Expected ${expected}` });
  }
  const fallbacks = Object.fromEntries(mode.options.map(({ name, fallback }) => [name, fallback]));
  return { ...spec, options: { ...fallbacks, ...spec.options } };
}

/** Parameters come from a channel: what is used of them is checked here. */
function regionsFault({ nodes, regions }: ClusterSpec): string | null {
  if (regions === undefined) return null;
  const dealt = parseRegions(formatRegions(regions), nodes, 0);
  if (typeof dealt === 'string') return dealt;
  const known = regionNames(regions);
  const isTime = (ms: unknown): boolean => typeof ms === 'number' && ms >= 0;
  const complete = known.every((a) => known.every((b) => isTime(regions.latencyMs[a]?.[b])));
  return complete ? null : 'the latency between some is not given';
}

/** Those of a cluster's options that its log takes over from here. */
export function liveOptions(spec: ClusterSpec): ModeOptions {
  const live = findMode(spec.mode)?.options.filter((option) => option.live) ?? [];
  return Object.fromEntries(live.map(({ name, fallback }) => [name, spec.options[name] ?? fallback]));
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { message, command: 'up' });
}
