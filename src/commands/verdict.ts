import { eachShard } from '../cluster/shard-view.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { wiresOf } from '../faults/wires.ts';
import { count } from './count.ts';
import type { Style } from './style.ts';

export interface ClusterVerdict {
  readonly level: 'good' | 'caution' | 'bad';
  readonly text: string;
}

/** One line on how a cluster is, worst first: what somebody who looks at it wants to know before the table. */
export function verdictOf(snapshot: Snapshot): ClusterVerdict {
  const cut = cutOf(snapshot);
  const shards = eachShard(snapshot);
  if (shards.length === 1 || snapshot.phase !== 'ready') return verdictOfShard(snapshot, cut);
  // What is cut is cut for all of them: said once, before the shards that suffer.
  const verdicts = shards.map((one) => verdictOfShard(one, []));
  const worst = (['bad', 'caution'] as const).find((level) => verdicts.some((one) => one.level === level));
  if (worst === undefined) {
    const text = `${whoLeads(snapshot)}; ${[...cut, 'every follower has all of it'].join('; ')}`;
    return { level: cut.length === 0 ? 'good' : 'caution', text };
  }
  const told = verdicts.flatMap(({ level, text }, shard) =>
    level === worst ? [`shard ${shard}: ${text}`] : [],
  );
  return { level: worst, text: [...cut, ...told].join(' · ') };
}

/** `n1 leads shards 0 2, n2 leads shard 1`. */
function whoLeads({ leaders, nodes }: Snapshot): string {
  const led = nodes.map(({ id }) => {
    const shards = leaders.filter((one) => one.id === id && one.newest).map(({ shard }) => shard);
    return { id, shards };
  });
  return led
    .filter(({ shards }) => shards.length > 0)
    .map(({ id, shards }) => `${id} leads shard${shards.length === 1 ? '' : 's'} ${shards.join(' ')}`)
    .join(', ');
}

/** Of the only shard, or of one among several (`ofShard`). `cut`: how its nodes are kept apart, in words. */
export function verdictOfShard(snapshot: Snapshot, cut: readonly string[]): ClusterVerdict {
  const { leaders, nodes, phase, divergence } = snapshot;
  if (phase !== 'ready') return { level: 'caution', text: phase };
  const newest = leaders.filter(({ newest: is }) => is);
  if (leaders.length === 0) {
    return { level: 'bad', text: ['no leader: nobody takes writes', ...cut].join('; ') };
  }
  if (leaders.length > newest.length) {
    const old = leaders.filter(({ newest: is }) => !is).map(({ id, epoch }) => `${id} (${epoch.text})`);
    const have = old.length === 1 ? 'has' : 'have';
    const text = `${leaders.length} leaders: ${old.join(', ')} ${have} not heard of ${newest[0]?.id} (${newest[0]?.epoch.text})`;
    return { level: 'bad', text: [text, ...cut].join('; ') };
  }
  const reasons = [...cut, ...nodes.flatMap((node) => troubleOf(node) ?? [])];
  if (divergence.state === 'diverged') return { level: 'bad', text: ['diverged', ...reasons].join('; ') };
  const leads = `${newest[0]?.id} leads epoch ${newest[0]?.epoch.text}`;
  if (reasons.length > 0) return { level: 'caution', text: `${leads}; ${reasons.join('; ')}` };
  return {
    level: 'good',
    text: `${leads}, ${nodes.length === 1 ? 'alone' : 'every follower has all of it'}`,
  };
}

/** Which nodes faults keep apart, or who does not hear whom. */
function cutOf(snapshot: Snapshot): readonly string[] {
  const { groups, oneWay } = wiresOf(snapshot);
  if (groups.length > 1) return [`cut into ${groups.map((ids) => `{${some(ids)}}`).join(', ')}`];
  const [first, ...more] = oneWay;
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : `, and ${count(more.length, 'more link')} one way only`;
  return [`${first[1]} hears nothing from ${first[0]}${others}`];
}

/** Names as far as they are few. */
export function some(ids: readonly string[]): string {
  return ids.length <= 4 ? ids.join(' ') : `${ids.slice(0, 3).join(' ')} and ${ids.length - 3} more`;
}

function troubleOf(node: NodeView): string | null {
  if (node.state !== 'running') return `${node.id} is ${node.state}`;
  if (node.role === null) return `${node.id} does not answer`;
  if (node.stopped !== null) return `${node.id} stopped: ${node.stopped}`;
  if (node.rewinding === true) return `${node.id} is giving up what the leader does not have`;
  if (node.lag.forked === true) return `${node.id} has entries the leader does not have`;
  if (node.degraded === true) return `${node.id} acknowledges without its followers`;
  if (node.lag.entries === null) return `${node.id}: lag not known`;
  return node.lag.entries > 0 ? `${node.id} is ${count(node.lag.entries, 'entry')} behind` : null;
}

export function verdictLine(snapshot: Snapshot, style: Style): string {
  const verdict = verdictOf(snapshot);
  return `${style.bold(snapshot.cluster)}: ${style[verdict.level](verdict.text)}`;
}
