import type { LagView, NodeView, Snapshot } from '../cluster/snapshot.ts';
import { clientAt } from '../cluster/place.ts';
import { eachShard, shardCount } from '../cluster/shard-view.ts';
import { formatDuration } from '../lib/duration.ts';
import { count } from './count.ts';
import { faultTable } from './fault-text.ts';
import type { Style } from './style.ts';
import { table, type Cell } from './table.ts';
import { verdictLine } from './verdict.ts';

/** The verdict, the cluster in a line, its nodes, and the faults in force. `?` is "not known". */
export function statusText(snapshot: Snapshot, style: Style): string {
  const parts = [
    [verdictLine(snapshot, style), ...[aboutLine(snapshot), ...distanceLine(snapshot)].map(style.dim)].join(
      '\n',
    ),
    nodeTable(snapshot, style),
  ];
  const burdens = snapshot.nodes.flatMap(burdenLine);
  if (burdens.length > 0) parts.push(burdens.join('\n'));
  if (snapshot.faults.length > 0) parts.push(faultTable(snapshot.faults, snapshot.tMs, style));
  return parts.join('\n\n');
}

/** What a node has to live with, where it shows. */
function burdenLine({ id, clockErrorMs, waiting }: NodeView): readonly string[] {
  const error = clockErrorMs ?? 0;
  const off = `clock ${formatDuration(Math.abs(error))} ${error > 0 ? 'ahead' : 'behind'}`;
  const { requests, oldestMs } = waiting;
  const words = [
    ...(error === 0 ? [] : [off]),
    ...((requests ?? 0) === 0
      ? []
      : [`${count(requests!, 'request')} waiting, the first for ${formatDuration(oldestMs!)}`]),
  ];
  return words.length === 0 ? [] : [`${id}  ${words.join(', ')}`];
}

function aboutLine(snapshot: Snapshot): string {
  const { mode, nodes, options, tMs, divergence, events } = snapshot;
  const shards = shardCount(snapshot);
  const sync = options['sync'] === undefined ? [] : [`sync ${options['sync'] ?? '?'}`];
  return [
    mode,
    count(nodes.length, 'node'),
    ...(shards === 1 ? [] : [count(shards, 'shard')]),
    ...sync,
    `up ${upTime(tMs)}`,
    `contents ${divergence.state}`,
    `event ${events}`,
  ].join(' · ');
}

/** `there and back: us-eu 80ms, us-ap 216ms`; nothing without regions. */
function distanceLine({ nodes, links }: Snapshot): readonly string[] {
  const regions = Object.keys(nodes[0]?.address.clientAt ?? {});
  const oneWay = (from: string, to: string): number | null => {
    const there = nodes.find(({ region }) => region === to)?.id;
    return links.find((link) => link.from === clientAt(from) && link.to === there)?.latencyMs ?? null;
  };
  const words = regions.flatMap((a, i) =>
    regions.slice(i + 1).flatMap((b) => {
      const ms = oneWay(a, b) ?? oneWay(b, a);
      return ms === null ? [] : [`${a}-${b} ${formatDuration(2 * ms)}`];
    }),
  );
  return words.length === 0 ? [] : [`there and back: ${words.join(', ')}`];
}

/** To the second: nobody reads a cluster's age in milliseconds. */
function upTime(tMs: number): string {
  return formatDuration(Math.max(1, Math.round(tMs / 1000)) * 1000);
}

const columns = ['ROLE', 'EPOCH', 'RECEIVED', 'APPLIED', 'BEHIND', 'KEYS', 'PID'] as const;

function nodeTable(snapshot: Snapshot, style: Style): string {
  const placed = snapshot.nodes.some(({ region }) => region !== null);
  const shards = eachShard(snapshot);
  const sharded = shards.length > 1;
  const replicas = snapshot.nodes.flatMap((_, i) => shards.map(({ nodes }) => nodes[i]!));
  const optional = [...(placed ? ['REGION'] : []), ...(sharded ? ['SHARD'] : [])];
  const rows = replicas.map((node, i): Cell[] => [
    { text: node.id, paint: 'bold' },
    ...(placed ? [node.region ?? '-'] : []),
    ...(sharded ? [String(i % shards.length)] : []),
    stateCell(node),
    node.role === 'leader' ? { text: 'leader', paint: 'good' } : (node.role ?? '?'),
    node.epoch?.text ?? '?',
    node.received?.text ?? '?',
    node.applied?.text ?? '?',
    lagCell(node),
    node.keys === null ? '?' : String(node.keys),
    node.pid === null ? '-' : String(node.pid),
  ]);
  return table(
    ['NODE', ...optional, 'STATE', ...columns],
    rows,
    style,
    [7, 8].map((column) => column + optional.length),
  );
}

function stateCell({ state, role, stopped, rewinding, busyMs }: NodeView): Cell {
  if (stopped !== null) return { text: 'stopped', paint: 'bad' };
  if (rewinding === true) return { text: 'rewinding', paint: 'caution' };
  if (state === 'running' && role === null)
    return { text: `silent ${formatDuration(busyMs)}`, paint: 'caution' };
  if (state === 'running') return state;
  return { text: state, paint: state === 'killed' || state === 'stopped' ? 'bad' : 'caution' };
}

function lagCell({ lag, role }: NodeView): Cell {
  if (role === 'leader' && lag.entries === 0) return '-';
  if (lag.forked === true) return { text: 'forked', paint: 'bad' };
  if (lag.entries === null) return '?';
  if (lag.entries === 0 && (lag.appliedMs ?? 0) === 0) return { text: 'no', paint: 'good' };
  return { text: lagText(lag), paint: 'caution' };
}

function lagText({ entries, receivedMs, appliedMs }: LagView): string {
  const ms = entries === 0 ? appliedMs : receivedMs;
  const what = entries === null || entries === 0 ? 'applying' : count(entries, 'entry');
  return ms === null ? what : `${what}, ${formatDuration(ms)}`;
}
