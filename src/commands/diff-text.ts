import type { ClusterDiff, NodeResult } from '../client/diff-cluster.ts';
import { positionView } from '../cluster/position-view.ts';
import { formatPosition } from '../protocol/position.ts';
import { count } from './count.ts';
import { quoted } from './entry-text.ts';
import type { Style } from './style.ts';
import { table, type Cell } from './table.ts';

/** With one shard, what is said of it is said of the cluster; with several, `shards` has each. */
export function diffsJson(diffs: readonly ClusterDiff[], limit: number) {
  const all = diffs.map((diff, shard) => ({ shard, ...diffJson(diff, limit) }));
  if (diffs.length === 1) return diffJson(diffs[0]!, limit);
  return { state: stateOf(diffs.flatMap(({ nodes }) => nodes)), shards: all };
}

export function diffsText(diffs: readonly ClusterDiff[], limit: number, style: Style): string {
  return diffs
    .map((diff, shard) => {
      const text = diffText(diff, limit, style);
      return diffs.length === 1 ? text : `shard ${shard}: ${text}`;
    })
    .join('\n\n');
}

/** Of the cluster: the worst of its nodes. */
export function stateOf(nodes: readonly NodeResult[]): NodeResult['state'] {
  const states = nodes.map(({ state }) => state);
  return (['diverged', 'unknown', 'behind'] as const).find((state) => states.includes(state)) ?? 'equal';
}

export function diffJson({ reference, nodes }: ClusterDiff, limit: number) {
  return {
    state: stateOf(nodes),
    reference: reference === null ? null : { ...reference, at: positionView(reference.at) },
    nodes: nodes.map((node) =>
      node.state === 'unknown'
        ? {
            node: node.node,
            state: node.state,
            reason: node.reason,
            at: null,
            keys: null,
            differing: null,
            differences: [],
          }
        : {
            node: node.node,
            state: node.state,
            reason: node.forked ? 'forked' : null,
            at: positionView(node.at),
            keys: node.size,
            differing: node.keys.length,
            differences: node.keys.slice(0, limit),
          },
    ),
  };
}

const paints = { equal: 'good', behind: 'caution', diverged: 'bad', unknown: 'caution' } as const;

export function diffText({ reference, nodes }: ClusterDiff, limit: number, style: Style): string {
  const state = stateOf(nodes);
  const against =
    reference === null
      ? 'no node answered'
      : `compared with ${reference.node}${reference.leads ? ', the leader,' : ' (there is no leader)'} at ${formatPosition(reference.at)}, ${count(reference.keys, 'key')}`;
  const rows = nodes.map((node): Cell[] => [
    { text: node.node, paint: 'bold' },
    { text: node.state, paint: paints[node.state] },
    node.state === 'unknown' ? '?' : formatPosition(node.at),
    node.state === 'unknown' ? '?' : String(node.size),
    node.state === 'unknown' ? node.reason : differenceText(node),
  ]);
  const parts = [
    `${style[paints[state]](state)}  ${style.dim(against)}`,
    table(['NODE', 'STATE', 'AT', 'KEYS', 'DIFFERENCES'], rows, style, [3]),
  ];
  const keys = nodes.flatMap((node) => (node.state === 'unknown' ? [] : keyRows(node, limit)));
  if (keys.length > 0)
    parts.push(table(['NODE', 'KEY', 'WHY', 'LEADER', 'NODE HAS', 'CHANGED AT'], keys, style));
  return parts.join('\n\n');
}

function differenceText({ keys, forked, state }: Exclude<NodeResult, { state: 'unknown' }>): string {
  if (forked) return `${count(keys.length, 'key')}; its log has entries the leader does not have`;
  return keys.length === 0
    ? state === 'behind'
      ? 'none, but entries are missing'
      : 'none'
    : count(keys.length, 'key');
}

function keyRows({ node, keys }: Exclude<NodeResult, { state: 'unknown' }>, limit: number): Cell[][] {
  const rows = keys
    .slice(0, limit)
    .map((key): Cell[] => [
      { text: node, paint: 'bold' },
      key.key,
      { text: key.state, paint: paints[key.state] },
      shown(key.reference),
      shown(key.node),
      key.changedAt ?? '-',
    ]);
  const more = keys.length - limit;
  return more > 0 ? [...rows, [node, { text: `and ${more} more`, paint: 'dim' }, '', '', '', '']] : rows;
}

function shown(value: string | null): string {
  return value === null ? 'none' : quoted(value);
}
