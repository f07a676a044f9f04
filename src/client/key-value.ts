import type { ClientPlace } from '../cluster/place.ts';
import { longestRoundTripMs } from '../cluster/regions.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Facts } from '../control/message.ts';
import { formatDuration } from '../lib/duration.ts';
import { parseFailure } from '../node/resp-outcome.ts';
import type { NodeId } from '../protocol/node-id.ts';
import { shardOf } from '../protocol/shard.ts';
import type { Cluster } from './cluster-connection.ts';
import { findLeader } from './leader.ts';
import { readTargets, type ReadFrom } from './read-targets.ts';
import { namesShard } from './selectors.ts';
import { errorOfReply, placedOf, type Placed } from './resp-answer.ts';
import { openResp, type AskOptions, type Exchange, type RespConnection } from './resp-connection.ts';
import { inShard, placeIn, seenFrom, type ShardOfCluster } from './standpoint.ts';

/**
 * Keys and values of one cluster. A command names a key right behind its name, and goes to that key's shard.
 * Everything that is not done throws ReplabError; its row says if it is definite.
 */
export interface KeyValueClient {
  /** A write at the leader, or at the node it is pinned to. Never repeated once it may have been done (B0.1). */
  write(command: readonly string[], options: WriteOptions): Promise<Answered>;
  /** A read. Tried at another node of those asked for when one refuses, breaks or stays silent: reads are safe to repeat. */
  read(command: readonly string[], options: ReadOptions): Promise<Answered>;
  close(): void;
}

export interface WriteOptions extends AskOptions {
  /** No other node, whoever leads (F17). */
  readonly at: NodeId | null;
  readonly withinMs: number;
}

export interface ReadOptions extends AskOptions {
  readonly from: ReadFrom;
  readonly withinMs: number;
}

export interface Answered extends Placed {
  readonly node: NodeId;
  readonly shard: number;
}

/** Where a node's clients reach it: a link of the proxy, so that faults hold for them too (R5). */
interface Target {
  readonly node: NodeId;
  readonly address: string;
}

/** F17: a leader that moves more often than this while one write looks for it is no leader. */
const maxHops = 5;

/** While another node could be read from, one that is silent for this long, beside what distance takes, is left. */
export const silentReadMs = 1000;

/** `region`: where the client stands, and whose links it goes over; null: beside the nodes. */
export function createKeyValueClient(opened: Cluster, region: string | null = null): KeyValueClient {
  const seen = seenFrom(opened, region);
  const shardFor = (command: readonly string[]): ShardOfCluster =>
    inShard(seen, shardOf(command[1] ?? '', opened.spec.shards));
  const place = placeIn(opened, region);
  const connections = new Map<string, RespConnection>();
  const ask = async (
    { address }: Target,
    command: readonly string[],
    withinMs: number,
    options: AskOptions,
  ): Promise<Exchange> => {
    const connection = connections.get(address) ?? openResp(address);
    connections.set(address, connection);
    const exchange = await connection.ask(command, withinMs, options);
    if (exchange.type !== 'reply' && exchange.type !== 'late') connections.delete(address);
    return exchange;
  };
  return {
    write: (command, options) => write(shardFor(command), ask, command, options),
    read: (command, options) => read(shardFor(command), ask, command, { ...options, place }),
    close() {
      for (const connection of connections.values()) connection.close();
      connections.clear();
    },
  };
}

type Ask = (
  target: Target,
  command: readonly string[],
  withinMs: number,
  options: AskOptions,
) => Promise<Exchange>;

async function write(
  cluster: ShardOfCluster,
  ask: Ask,
  command: readonly string[],
  { at, withinMs, ...options }: WriteOptions,
): Promise<Answered> {
  const end = performance.now() + withinMs;
  let target = at === null ? await leaderHint(cluster) : await addressOf(cluster, at);
  let behind: ReplabError | null = null;
  for (let hops = 0; ; hops += 1) {
    target ??= await findLeader(cluster, end - performance.now());
    if (performance.now() >= end) throw behind ?? writeError({ type: 'late' }, cluster.facts, withinMs);
    if (target === null || hops > maxHops) throw behind ?? new ReplabError('no-leader', cluster.facts);
    const facts = { ...cluster.facts, node: target.node, key: command[1] ?? null };
    const exchange = await ask(target, command, end - performance.now(), options);
    if (exchange.type === 'reply' && exchange.value.kind !== 'error')
      return { node: target.node, shard: cluster.shard, ...placedOf(exchange.value) };
    const moved = at === null && target.node !== behind?.facts['node'] ? nextLeader(exchange) : null;
    if (moved === null) throw writeError(exchange, facts, withinMs);
    // Who lacks what the session has seen leads an old epoch, or nobody leads a newer one.
    if (isBehind(exchange)) behind = writeError(exchange, facts, withinMs);
    target = moved === 'ask' ? null : moved;
  }
}

/** Where a write that definitely did not happen may go next: a named leader, or whoever `RL.WHO` finds. */
function nextLeader(exchange: Exchange): Target | 'ask' | null {
  if (exchange.type === 'unreachable') return 'ask';
  if (exchange.type !== 'reply' || exchange.value.kind !== 'error') return null;
  const parsed = parseFailure(exchange.value.text);
  if (parsed.type === 'readonly')
    return { node: parsed.redirect.leader, address: `127.0.0.1:${parsed.redirect.port}` };
  const old = parsed.type === 'refused' && (parsed.code === 'fenced' || parsed.code === 'stale-leader');
  return old || isBehind(exchange) || parsed.type === 'clusterdown' ? 'ask' : null;
}

function isBehind(exchange: Exchange): boolean {
  if (exchange.type !== 'reply' || exchange.value.kind !== 'error') return false;
  const parsed = parseFailure(exchange.value.text);
  return parsed.type === 'refused' && parsed.code === 'behind';
}

function writeError(exchange: Exchange, facts: Facts, withinMs: number): ReplabError {
  switch (exchange.type) {
    case 'late':
      return new ReplabError('not-sent', { ...facts, within: formatDuration(withinMs) });
    case 'silent':
      return new ReplabError('no-answer', { ...facts, within: formatDuration(withinMs) });
    case 'lost':
      return new ReplabError('connection-lost', { ...facts, detail: exchange.detail });
    case 'unreachable':
      return new ReplabError('node-down', { ...facts, state: null });
    case 'reply':
      return errorOfReply(exchange.value.kind === 'error' ? exchange.value.text : '', facts);
  }
}

async function read(
  cluster: ShardOfCluster,
  ask: Ask,
  command: readonly string[],
  { from, withinMs, place, ...options }: ReadOptions & { readonly place: ClientPlace },
): Promise<Answered> {
  const end = performance.now() + withinMs;
  const patienceMs = silentReadMs + longestRoundTripMs(cluster.spec.regions);
  let failure = new ReplabError('no-leader', cluster.facts);
  for await (const { target, last } of targetsOf(cluster, { from, withinMs, place })) {
    // It was behind just now, and nobody leads a newer epoch.
    if (failure.code === 'not-seen-yet' && failure.facts['node'] === target.node) break;
    const leftMs = end - performance.now();
    const exchange = await ask(target, command, last ? leftMs : Math.min(patienceMs, leftMs), options);
    if (exchange.type === 'reply' && exchange.value.kind !== 'error')
      return { node: target.node, shard: cluster.shard, ...placedOf(exchange.value) };
    failure = readError(exchange, { ...cluster.facts, node: target.node }, withinMs);
    // A silent leader still leads: to read elsewhere is not what was asked for.
    if (from.kind === 'leader' && failure.code === 'timeout') break;
  }
  throw failure;
}

async function* targetsOf(
  cluster: ShardOfCluster,
  { from, withinMs, place }: ReadOptions & { readonly place: ClientPlace },
): AsyncGenerator<{ readonly target: Target; readonly last: boolean }> {
  if (from.kind === 'leader') {
    const hint = await leaderHint(cluster);
    if (hint !== null) yield { target: hint, last: true };
    const found = await findLeader(cluster, withinMs);
    if (found !== null) yield { target: found, last: true };
    return;
  }
  const isRole = from.kind === 'node' && from.selector.startsWith('@');
  const { freshSnapshot, recentSnapshot } =
    from.kind === 'node' && namesShard(from.selector) ? cluster.whole : cluster;
  const snapshot = await (isRole ? freshSnapshot() : recentSnapshot());
  const nodes = readTargets(from, snapshot, place);
  for (const [i, node] of nodes.entries()) {
    yield { target: await addressOf(cluster, node), last: i + 1 === nodes.length };
  }
}

/** A read changes nothing, so silence is no unknown outcome: there is just no answer. */
function readError(
  exchange: Exchange,
  facts: Facts & { readonly node: NodeId },
  withinMs: number,
): ReplabError {
  if (exchange.type === 'silent' || exchange.type === 'late') {
    return new ReplabError('timeout', {
      ...facts,
      what: `Reading from ${facts.node}`,
      within: formatDuration(withinMs),
    });
  }
  if (exchange.type === 'reply') return writeError(exchange, facts, withinMs);
  return new ReplabError('node-down', { ...facts, state: null });
}

/** The leader as the supervisor last saw it: right nearly always, and a wrong one answers who leads. */
async function leaderHint(cluster: Cluster): Promise<Target | null> {
  const { leaders, nodes } = await cluster.recentSnapshot();
  const id = leaders.find((one) => one.newest)?.id;
  const address = nodes.find((node) => node.id === id)?.address.client ?? null;
  return id === undefined || address === null ? null : { node: id, address };
}

/** Of a node that was named. One that is down is refused here, where that is still certain. */
async function addressOf(cluster: Cluster, node: NodeId): Promise<Target> {
  const view = await viewOf(node, cluster.recentSnapshot);
  const certain = view === null || isDown(view) ? await viewOf(node, cluster.freshSnapshot) : view;
  const address = certain?.address.client ?? null;
  if (certain === null || address === null || isDown(certain)) {
    throw new ReplabError('node-down', { cluster: cluster.name, node, state: certain?.state ?? null });
  }
  return { node, address };
}

async function viewOf(node: NodeId, snapshot: () => Promise<Snapshot>): Promise<NodeView | null> {
  return (await snapshot()).nodes.find(({ id }) => id === node) ?? null;
}

function isDown({ state }: NodeView): boolean {
  return state === 'killed' || state === 'stopped';
}
