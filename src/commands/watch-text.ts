import { eachShard } from '../cluster/shard-view.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import type { Style } from './style.ts';
import { verdictOf } from './verdict.ts';

/**
 * `n1=leader n2=follower n3=follower,behind  contents=behind  faults=f1`: what is worth a line of its own when
 * it changes. How far behind somebody is changes all the time; that somebody is does not. With several shards, a
 * node is `leader/follower`: what it is in each.
 */
export function stateFields(snapshot: Snapshot): string {
  const { nodes, faults, divergence, phase } = snapshot;
  const shards = eachShard(snapshot);
  return [
    ...nodes.map(({ id }, i) => `${id}=${shards.map((shard) => stateWord(shard.nodes[i]!)).join('/')}`),
    `epoch=${shards.map(({ leaders }) => leaders[0]?.epoch.text ?? '-').join('/')}`,
    `contents=${divergence.state}`,
    `faults=${faults.map(({ id }) => id).join(',') || '-'}`,
    ...(phase === 'ready' ? [] : [`phase=${phase}`]),
  ].join(' ');
}

/** As a line of the event log: no number, the time, nobody's, `state`, its fields; then the verdict in words. */
export function stateLine(snapshot: Snapshot, style: Style): string {
  const since = `+${(snapshot.tMs / 1000).toFixed(2)}s`.padStart(9);
  const { level, text } = verdictOf(snapshot);
  const head = `${style.dim(`${'-'.padEnd(5)} ${since}`)}  -    ${style.bold('state')}`;
  return `${head}  ${stateFields(snapshot)}  ${style[level](`verdict=${JSON.stringify(text)}`)}`;
}

function stateWord({ state, role, lag, stopped, rewinding, degraded }: NodeView): string {
  if (state !== 'running') return state;
  return [
    role ?? 'silent',
    ...(stopped === null ? [] : ['stopped']),
    ...(rewinding === true ? ['rewinding'] : []),
    ...(lag.forked === true ? ['forked'] : []),
    ...((lag.entries ?? 0) > 0 ? ['behind'] : []),
    ...(degraded === true ? ['degraded'] : []),
  ].join(',');
}
