import type { ClusterEvent } from '../../cluster/event.ts';
import type { NodeView, Snapshot } from '../../cluster/snapshot.ts';
import { formatDuration } from '../../lib/duration.ts';
import { bucketMs } from '../history.ts';
import { safe, type Line, type Span } from '../line.ts';
import { behindOf, lateOf, receivedOf, roleOf, shortBytes, sinceUp, wireOf } from '../node-words.ts';
import type { Scene } from '../scene.ts';
import { selectedView } from '../selection.ts';
import { peakOf, sparkline } from '../sparkline.ts';
import { body, scrolled, type View } from '../view.ts';
import { eventLines, isNamedIn } from './events.ts';
import { faultLines } from './faults.ts';
import { rule } from './rule.ts';

/** All about one node. */
export const nodePage: View = (scene, { columns, rows }) => {
  const node = selectedView(scene);
  if (node === null) return body([[['bad', `there is no ${scene.state.selected}`]]]);
  const { history, glyphs, events, snapshot } = scene;
  const lags = (history.lag.get(node.id) ?? []).slice(-Math.max(10, columns - 10));
  const isOwn = ({ node: of, fields: { text } }: ClusterEvent): boolean =>
    of === node.id || (of === null && typeof text === 'string' && isNamedIn(text, node.id));
  const own = { ...scene, events: events.filter(isOwn) };
  const faults = snapshot.faults.filter(
    ({ id, text }) => isNamedIn(text, node.id) || meets(snapshot, id, node.id),
  );
  const inForce = faultLines({ ...scene, snapshot: { ...snapshot, faults } }, columns);
  const lines: Line[] = [
    ...fields(node, scene).map(([name, ...value]): Line => [['dim', name.padEnd(12)], ...value]),
    ...(faults.length === 0 ? [] : [[], rule(`faults that meet ${node.id}`, columns, glyphs), ...inForce]),
    [],
    rule(
      `lag, last ${Math.round((lags.length * bucketMs) / 1000)}s, peak ${peakOf([lags])}`,
      columns,
      glyphs,
    ),
    [['caution', sparkline(lags, peakOf([lags]), glyphs)]],
    [],
    rule(`events of ${node.id}`, columns, glyphs),
    ...eventLines(own, { columns: 40, rows: 1000 }, 0).lines.toReversed(),
  ];
  return { ...scrolled(lines, rows, scene.state.scroll), buckets: lags.length };
};

/** A fault on links it sends or is sent on. */
function meets({ links }: Snapshot, fault: string, id: string): boolean {
  return links.some(({ from, to, faults }) => (from === id || to === id) && faults.includes(fault));
}

function fields(node: NodeView, scene: Scene): readonly (readonly [string, ...Span[]])[] {
  const position = (at: NodeView['received']): Span => (at === null ? ['dim', '?'] : at.text);
  const plain = (value: number | string | null): Span => (value === null ? ['dim', '?'] : String(value));
  const last = scene.history.seen.get(node.id);
  const seen =
    node.received === null && last !== undefined
      ? [['dim', `  last seen ${sinceUp(last.tMs)}`] as const]
      : [];
  return [
    [
      'node',
      ['bold', node.id],
      '  ',
      roleOf(node, scene),
      ['dim', node.region === null ? '' : `  in ${node.region}`],
    ],
    [
      'follows',
      node.leader ?? ['dim', node.role === null ? '?' : 'nobody'],
      ['dim', '  epoch '],
      node.epoch?.text ?? ['dim', '?'],
    ],
    ['received', node.received === null ? receivedOf(node, scene) : position(node.received), ...seen],
    ['durable', position(node.durable)],
    ['applied', position(node.applied)],
    ['committed', position(node.committed)],
    ['behind', behindOf(node, scene.snapshot.nodes), ['dim', '  for '], lateOf(node)],
    ['wire', wireOf(node, scene), ['dim', '  to the leader']],
    ['keys', plain(node.keys), ['dim', '  digest '], plain(node.digest?.value ?? null)],
    ['waiting', plain(node.pending), ['dim', '  writes without their acknowledgement']],
    ['suspects', node.suspects === null ? ['dim', '?'] : node.suspects.join(' ') || ['dim', 'nobody']],
    ...(node.stopped === null ? [] : [['halted', ['bad', safe(node.stopped, scene.ascii)]] as const]),
    ['process', `pid ${node.pid ?? '-'}`, ['dim', `  boot ${node.boot ?? '?'}  disk ${node.disk}`]],
    ['memory', node.memory === null ? ['dim', '?'] : shortBytes(Math.round(node.memory / 1e6) * 1e6)],
    ['clients', plain(node.address.client), ['dim', '  any Redis client; faults apply']],
    ['direct', plain(node.address.direct), ['dim', '  past the proxy']],
    ...(node.busyMs > 0 && node.state === 'running'
      ? [['silent', ['caution', formatDuration(Math.floor(node.busyMs / 1000) * 1000)]] as const]
      : []),
  ];
}
