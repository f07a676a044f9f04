import type { ClusterDiff } from '../client/diff-cluster.ts';
import type { NodeView } from '../cluster/snapshot.ts';
import { count } from '../commands/count.ts';
import { some, verdictOfShard } from '../commands/verdict.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { furthestOf, isSlow, shortDuration } from './node-words.ts';
import { safe, type Line, type Paint } from './line.ts';
import type { Scene } from './scene.ts';

export interface Finding {
  readonly level: 'good' | 'caution' | 'bad';
  readonly text: string;
}

/** Everything worth saying about the cluster, the worst first. Never empty. */
export function findingsOf(scene: Scene): readonly Finding[] {
  const { snapshot } = scene;
  if (scene.silentMs !== null) {
    const silentS = Math.round(scene.silentMs / 1000);
    return [{ level: 'bad', text: `NO ANSWER from the supervisor for ${silentS}s: what you see is old` }];
  }
  if (snapshot.phase !== 'ready') return [{ level: 'caution', text: snapshot.phase.toUpperCase() }];
  const bad = [leadership(scene), diverged(scene), forked(scene), halted(scene)];
  const caution = [cut(scene), ...down(scene), behind(scene), slow(scene), waiting(scene)];
  const elsewhere = otherShards(scene);
  const found: Finding[] = [
    ...bad.flatMap((text) => (text === null ? [] : [{ level: 'bad', text } as const])),
    ...elsewhere.filter(({ level }) => level === 'bad'),
    ...caution.flatMap((text) => (text === null ? [] : [{ level: 'caution', text } as const])),
    ...elsewhere.filter(({ level }) => level === 'caution'),
  ];
  const newest = snapshot.leaders.find(({ newest: is }) => is);
  if (newest === undefined || snapshot.leaders.length > 1) return found;
  const where = scene.others.length === 0 ? '' : ' shard 0 in';
  const leads = `${newest.id} leads${where} epoch ${newest.epoch.text}`;
  if (found.length > 0) return [...found, { level: 'good', text: leads }];
  const all = snapshot.nodes.length === 1 ? 'alone' : 'every follower has all of it';
  return [{ level: 'good', text: `${leads}, ${all}` }];
}

/** Views show the first shard; what is wrong in another is told here. */
function otherShards({ others }: Scene): readonly Finding[] {
  const verdicts = others.map((shard, i) => ({ ...verdictOfShard(shard, []), shard: i + 1 }));
  return verdicts.map(({ level, text, shard }) => ({ level, text: `shard ${shard}: ${text}` }));
}

/** The first line of every frame. */
export function headline(scene: Scene): Line {
  const findings = findingsOf(scene);
  const { level } = findings[0]!;
  const text = findings.map((one) => one.text).join(` ${scene.glyphs.dot} `);
  const paint: Paint = level === 'bad' ? 'alarm' : level;
  const mark = { good: scene.glyphs.ok, caution: scene.glyphs.warn, bad: scene.glyphs.down }[level];
  return [[paint, ` ${mark} ${text} `]];
}

function leadership(scene: Scene): string | null {
  const { leaders } = scene.snapshot;
  if (leaders.length === 0) return noLeader(scene);
  const old = leaders.filter(({ newest }) => !newest);
  if (old.length === 0) return null;
  const [first] = leaders;
  const names = old.map(({ id, epoch }) => `${id} (${epoch.text})`).join(', ');
  const have = old.length === 1 ? 'has' : 'have';
  return `${leaders.length === 2 ? 'TWO' : leaders.length} LEADERS: ${names} ${have} not heard of ${first!.id} (${first!.epoch.text})`;
}

/** What a reader wants to know at that moment: why, who could take over, and what that would lose. */
function noLeader({ snapshot: { nodes }, history: { led } }: Scene): string {
  const parts = [led === null ? 'nobody takes writes' : whereabouts(nodes, led.id)];
  const best = furthestOf(nodes);
  const [first] = best;
  if (first === undefined) return `NO LEADER: ${parts.join('; ')}`;
  parts.push(`${some(best.map(({ id }) => id))} ${best.length === 1 ? 'is' : 'are'} furthest`);
  // As far as it was seen: what it wrote after it last answered is not known.
  const lost = led === null || led.id === first.id ? 0 : led.received.index - first.received!.index;
  if (lost > 0) parts.push(`at least ${count(lost, 'entry')} only ${led!.id} had`);
  return `NO LEADER: ${parts.join('; ')}`;
}

function whereabouts(nodes: readonly NodeView[], id: NodeId): string {
  const node = nodes.find((one) => one.id === id);
  if (node === undefined || (node.state === 'running' && node.role !== null)) return `${id} leads no more`;
  return node.state === 'running' ? `${id} does not answer` : `${id} is ${node.state}`;
}

function diverged({ snapshot, diff, ascii }: Scene): string | null {
  const found = diff.kind === 'read' ? firstDiverged(diff.diff) : null;
  if (found !== null) {
    const value = (text: string | null): string => (text === null ? 'nothing' : JSON.stringify(text));
    const { key, reference, node } = found.key;
    return `DIVERGED: ${safe(JSON.stringify(key), ascii)} is ${safe(value(node), ascii)} on ${found.node}, ${safe(value(reference), ascii)} on ${found.against}${found.more}`;
  }
  return snapshot.divergence.state === 'diverged'
    ? 'DIVERGED: nodes hold different contents at the same position'
    : null;
}

/** A log that forked is said by `forked`: nothing there is a divergence of its own. */
function firstDiverged({ reference, nodes }: ClusterDiff) {
  const all = nodes.flatMap((node) => {
    if (node.state !== 'diverged' || node.forked) return [];
    return node.keys.filter(({ state }) => state === 'diverged').map((key) => ({ node: node.node, key }));
  });
  const [first] = all;
  if (first === undefined || reference === null) return null;
  const more = all.length > 1 ? `, and ${all.length - 1} more` : '';
  return { ...first, against: reference.node, more };
}

function forked({ snapshot: { nodes, leaders } }: Scene): string | null {
  const ids = nodes.filter(({ lag }) => lag.forked === true).map(({ id }) => id);
  if (ids.length === 0) return null;
  return `FORKED: ${some(ids)} ${ids.length === 1 ? 'has' : 'have'} entries that ${leaders[0]?.id ?? 'the leader'} has not`;
}

function halted({ snapshot: { nodes } }: Scene): string | null {
  const [first, ...more] = nodes.filter(({ stopped }) => stopped !== null);
  if (first === undefined) return null;
  return `STOPPED: ${first.id} applies nothing: ${first.stopped}${more.length > 0 ? `, and ${more.length} more` : ''}`;
}

function down({ snapshot: { nodes }, history: { led }, snapshot }: Scene): readonly (string | null)[] {
  const isTold = (id: NodeId): boolean => snapshot.leaders.length === 0 && led?.id === id;
  const groups = new Map<string, NodeId[]>();
  for (const node of nodes) {
    const word = troubleOf(node);
    if (word !== null && !isTold(node.id)) groups.set(word, [...(groups.get(word) ?? []), node.id]);
  }
  return [...groups].map(([word, ids]) => `${some(ids)} ${ids.length === 1 ? 'is' : 'are'} ${word}`);
}

function troubleOf({ state, role, rewinding, degraded }: NodeView): string | null {
  if (state !== 'running') return state;
  if (role === null) return 'silent';
  if (rewinding === true) return 'giving up what the leader has not';
  return degraded === true ? 'acknowledging without followers' : null;
}

function cut({ wires, glyphs }: Scene): string | null {
  const { groups, oneWay } = wires;
  if (groups.length > 1) {
    const shown = groups.slice(0, 4).map((group) => `{${some(group)}}`);
    const more = groups.length > 4 ? ` and ${groups.length - 4} more` : '';
    return `CUT ${shown.join(` ${glyphs.cut} `)}${more}`;
  }
  const [first, ...more] = oneWay;
  if (first === undefined) return null;
  return `ONE WAY CUT ${first[0]}${glyphs.arrow}${first[1]}${more.length > 0 ? ` and ${more.length} more` : ''}`;
}

function behind({ snapshot: { nodes } }: Scene): string | null {
  const late = nodes
    .filter(({ lag }) => (lag.entries ?? 0) > 0 && lag.forked !== true)
    .toSorted((a, b) => b.lag.entries! - a.lag.entries!);
  const [most] = late;
  if (most === undefined) return null;
  const by = count(most.lag.entries!, 'entry');
  return late.length === 1 ? `${most.id} is ${by} behind` : `${late.length} are behind, ${most.id} by ${by}`;
}

function slow(scene: Scene): string | null {
  const { snapshot, glyphs } = scene;
  const [first, ...more] = snapshot.links.filter((link) => isSlow(link, scene));
  if (first === undefined) return null;
  if (more.length > 0) return `${more.length + 1} links are slow`;
  return `${first.from}${glyphs.arrow}${first.to} is slow${first.delayMs > 0 ? `: ${shortDuration(first.delayMs)}` : ''}`;
}

function waiting({ snapshot: { leaders, nodes } }: Scene): string | null {
  const pending = nodes.find(({ id }) => id === leaders[0]?.id)?.pending ?? 0;
  return pending > 0 ? `${count(pending, 'write')} ${pending === 1 ? 'waits' : 'wait'} for followers` : null;
}
