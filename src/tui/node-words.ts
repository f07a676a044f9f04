import { isClientPlace } from '../cluster/place.ts';
import type { LinkView, NodeView } from '../cluster/snapshot.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Span } from './line.ts';
import type { Scene } from './scene.ts';

/** What a node is, in a sign and a word: never by colour alone. */
export function roleOf(node: NodeView, { snapshot, glyphs }: Scene): Span {
  const { state, role, stopped, rewinding, busyMs } = node;
  if (state === 'killed' || state === 'stopped') return ['bad', `${glyphs.down} ${state}`];
  if (state === 'paused') return ['caution', `${glyphs.paused} paused`];
  if (state === 'starting') return ['caution', `${glyphs.busy} starting`];
  if (state === 'unknown') return ['caution', `${glyphs.unknown} unknown`];
  if (stopped !== null) return ['bad', `${glyphs.down} halted`];
  if (role === null) return ['caution', `${glyphs.unknown} silent ${wholeSeconds(busyMs)}`];
  if (rewinding === true) return ['caution', `${glyphs.busy} rewinding`];
  if (role === 'follower') return `${glyphs.follower} follower`;
  const old = snapshot.leaders.some(({ id, newest }) => id === node.id && !newest);
  return old ? ['bad', `${glyphs.leader} leader OLD`] : ['good', `${glyphs.leader} leader`];
}

/** Just the sign of `roleOf`, with its paint. */
export function signOf(node: NodeView, scene: Scene): Span {
  const role = roleOf(node, scene);
  return typeof role === 'string' ? role[0]! : [role[0], role[1][0]!];
}

/** `1310`; `1@n1/1310` when it is of another epoch than the node's; in brackets what was seen last. */
export function receivedOf(node: NodeView, { history }: Scene): Span {
  if (node.received === null) {
    const last = history.seen.get(node.id);
    return ['dim', last === undefined ? '?' : `(${last.received.index})`];
  }
  return placeOf(node, node.received);
}

export function appliedOf(node: NodeView): Span {
  return node.applied === null ? ['dim', '?'] : placeOf(node, node.applied);
}

function placeOf({ epoch }: NodeView, place: NonNullable<NodeView['received']>): string {
  const isOfEpoch = epoch?.number === place.number && epoch.disk === place.disk;
  return isOfEpoch || place.index === 0 ? String(place.index) : place.text;
}

/** Entries of the leader's log; in brackets, while nobody leads, of the furthest log there is. */
export function behindOf({ lag, role, received }: NodeView, nodes: readonly NodeView[]): Span {
  if (lag.forked === true) return ['bad', 'forked'];
  if (role === 'leader' && lag.entries === 0) return ['dim', '-'];
  if (lag.entries === null) {
    const best = furthestOf(nodes)[0]?.received ?? null;
    if (received === null || best === null) return ['dim', '?'];
    const missing = best.index - received.index;
    return [missing > 0 ? 'caution' : 'dim', `(${missing})`];
  }
  if (lag.entries > 0) return ['caution', String(lag.entries)];
  return (lag.appliedMs ?? 0) > 0 ? ['caution', 'apply'] : '0';
}

/** The nodes that answer and whose logs go furthest: by epoch, then index. */
export function furthestOf(nodes: readonly NodeView[]): readonly NodeView[] {
  const answering = nodes.filter(({ received }) => received !== null);
  const [first] = answering.toSorted((a, b) => compare(b, a));
  return first === undefined ? [] : answering.filter((node) => compare(node, first) === 0);
}

function compare({ received: a }: NodeView, { received: b }: NodeView): number {
  return a!.number - b!.number || a!.disk - b!.disk || a!.index - b!.index;
}

/** For how long it has been behind. */
export function lateOf({ lag }: NodeView): Span {
  const ms = lag.entries === 0 ? lag.appliedMs : lag.receivedMs;
  if (ms === null) return ['dim', '-'];
  return ms === 0 ? ['dim', '-'] : ['caution', shortDuration(ms)];
}

/** Between a node and the newest leader: in a word what is cut. */
export function wireOf({ id, state }: NodeView, { snapshot, wires }: Scene): Span {
  if (state === 'killed' || state === 'stopped') return ['dim', '-'];
  const leader = snapshot.leaders.find(({ newest }) => newest)?.id;
  if (leader === undefined || leader === id) {
    const alone =
      wires.groups.some((group) => group.length === 1 && group[0] === id) && wires.groups.length > 1;
    return alone ? ['bad', 'alone'] : ['dim', '-'];
  }
  const hears = wires.cutBy(leader, id).length === 0;
  const isHeard = wires.cutBy(id, leader).length === 0;
  if (hears && isHeard) return ['dim', 'ok'];
  return ['bad', hears ? 'mute' : isHeard ? 'deaf' : 'cut'];
}

/**
 * What `from` sends to `to` is slow. A connection of nodes carries nothing back, so a fault on one way slows
 * one way, although it meets the connections of both.
 */
export function isSlow({ state, from, to }: LinkView, { wires }: Pick<Scene, 'wires'>): boolean {
  return state === 'slow' && (isClientPlace(from) || wires.slowedBy(from, to).length > 0);
}

/** To three digits at most: what moves four times a second is read at a glance. */
export function shortDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : ms < 10_000 ? `${(ms / 1000).toFixed(1)}s` : wholeSeconds(ms);
}

function wholeSeconds(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1000)}s` : formatDuration(Math.round(ms / 6000) * 6000);
}

/** Bytes, to three digits at most. */
export function shortBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}B`;
  const [value, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'K'] : bytes < 1e9 ? [bytes / 1e6, 'M'] : [bytes / 1e9, 'G'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** `+12.40s`, as the event log has it. */
export function sinceUp(tMs: number): string {
  return `+${(tMs / 1000).toFixed(2)}s`;
}
