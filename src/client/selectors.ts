import { ofShard, shardCount } from '../cluster/shard-view.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Chance } from '../lib/chance.ts';
import { nearest } from '../lib/nearest.ts';
import { compareNodes, isNodeId, type NodeId } from '../protocol/node-id.ts';

export interface SelectOptions {
  /** The command's: it tells afterwards what `@random` was. */
  readonly chance: Chance;
  /** Whom `@random` may fall on; the nodes that run when left out. */
  among?(node: NodeView): boolean;
}

type Pick = (snapshot: Snapshot, options: SelectOptions) => readonly NodeId[];

/** Every selector: its name, what it stands for (help and docs are made from this), and how it is found. */
const selectors: Readonly<Record<string, { readonly means: string; readonly pick: Pick }>> = {
  '@all': { means: 'every node; `all` for short', pick: ({ nodes }) => nodes.map(({ id }) => id) },
  '@leader': {
    means: 'the leader of the highest epoch',
    pick: ({ leaders }) => leaders.filter(({ newest }) => newest).map(({ id }) => id),
  },
  '@leader.old': {
    means: 'every other node that still leads',
    pick: ({ leaders }) => leaders.filter(({ newest }) => !newest).map(({ id }) => id),
  },
  '@followers': { means: 'every follower that answers', pick: followers },
  '@follower.random': {
    means: 'one of them, by chance',
    pick: (snapshot, { chance }) => chance.draw('@follower.random', followers(snapshot)),
  },
  '@lagging': {
    means: 'every node that answers and lacks entries the leader has',
    pick: ({ nodes }) => nodes.filter(({ lag }) => (lag.entries ?? 0) > 0).map(({ id }) => id),
  },
  '@minority': {
    means: 'the largest group that is no majority: the leader first, then by number',
    pick: (snapshot) => leaderFirst(snapshot).slice(0, minoritySize(snapshot)),
  },
  '@majority': {
    means: 'all others, so the leader is not among them',
    pick: (snapshot) => leaderFirst(snapshot).slice(minoritySize(snapshot)),
  },
  '@random': {
    means: 'one node that runs, by chance; the answer says which, and the seed',
    pick: ({ nodes }, { chance, among = isRunning }) =>
      chance.draw(
        '@random',
        nodes.filter(among).map(({ id }) => id),
      ),
  },
};

const ofRegion = /^@region:([a-z][a-z0-9-]*)$/;
const nthFollower = /^@follower\.(\d{1,4})$/;

/** What a selector may be, with what each stands for. */
export const selectorForms: readonly (readonly [string, string])[] = [
  ['n2', 'a node'],
  ['n1,n2', 'several nodes'],
  ...Object.entries(selectors).flatMap(([name, { means }]): (readonly [string, string])[] =>
    name === '@follower.random'
      ? [
          ['@follower.0', 'the first of them, counted from 0'],
          [name, means],
        ]
      : [[name, means]],
  ),
  ['@leader:1', 'of shard 1, as every selector can be; without a number, of the first shard'],
  ['@region:eu', 'every node that stands in that region'],
];

/** Those whose names do not depend on the cluster. */
export const selectorNames: readonly string[] = Object.keys(selectors);

/**
 * The nodes a selector stands for in this snapshot, by ordinal, each once. `no-such-node` for an unknown
 * name, `selector-empty` when it stands for nobody now, `usage` for what is no selector.
 */
export function selectNodes(
  words: readonly string[],
  snapshot: Snapshot,
  options: SelectOptions,
): readonly NodeId[] {
  const nodes = words
    .flatMap((word) => word.split(','))
    .flatMap((word) => selectOne(word, snapshot, options));
  return [...new Set(nodes)].toSorted(compareNodes);
}

/** As `selectNodes`, where exactly one node is meant. */
export function selectNode(selector: string, snapshot: Snapshot, options: SelectOptions): NodeId {
  const [node, ...more] = selectNodes([selector], snapshot, options);
  if (more.length > 0) {
    throw new ReplabError('usage', { message: `${selector} is several nodes; one is needed here.` });
  }
  return node!;
}

/** Every `@…` in a text replaced by the nodes it stands for: `@leader/@followers` to `n1/n2,n3`. */
export function expandSelectors(text: string, snapshot: Snapshot, options: SelectOptions): string {
  // Not what follows the word client: client@eu is a place.
  return text.replaceAll(
    /(?<![a-z0-9])@(?:region:[a-z0-9-]+|[a-z]+(?:\.[a-z0-9]+)?(?::\d+(?![a-z0-9]))?)/g,
    (word) => selectOne(word, snapshot, options).join(','),
  );
}

function isRunning({ state }: NodeView): boolean {
  return state === 'running';
}

function selectOne(word: string, snapshot: Snapshot, options: SelectOptions): readonly NodeId[] {
  const ids = snapshot.nodes.map((node) => node.id);
  if (ids.includes(word)) return [word];
  if (isNodeId(word)) {
    throw new ReplabError('no-such-node', { node: word, nodes: ids.join(', '), cluster: snapshot.cluster });
  }
  const { name, shard } = splitShard(word);
  const found = pickOf(name)?.(ofShard(snapshot, checkShard(shard, snapshot)), options);
  if (found === undefined) {
    const meant = nearest(word, [...ids, ...selectorNames]) ?? nearest(`@${word}`, selectorNames);
    const guess = meant === null ? '' : ` Did you mean ${meant}?`;
    throw new ReplabError('usage', {
      message: `${JSON.stringify(word)} is neither a node (${ids.join(', ')}) nor a selector (${[...selectorNames, '@region:NAME'].join(', ')}).${guess}`,
    });
  }
  if (found.length === 0) {
    throw new ReplabError('selector-empty', {
      selector: word,
      roles: observedRoles(snapshot),
      cluster: snapshot.cluster,
    });
  }
  return found;
}

/** It says which shard it means. */
export function namesShard(selector: string): boolean {
  return ofShardPattern.test(selector);
}

const ofShardPattern = /^(@[a-z.0-9]+):(\d{1,4})$/;

/** `@leader:1` is `@leader` in shard 1. */
function splitShard(word: string): { readonly name: string; readonly shard: number } {
  const [, name = word, shard = '0'] = ofShardPattern.exec(word) ?? [];
  return { name, shard: Number(shard) };
}

function checkShard(shard: number, snapshot: Snapshot): number {
  const shards = shardCount(snapshot);
  if (shard < shards) return shard;
  throw new ReplabError('no-such-shard', { cluster: snapshot.cluster, shard, shards });
}

function pickOf(word: string): Pick | undefined {
  if (word === 'all') return selectors['@all']!.pick;
  const [, region] = ofRegion.exec(word) ?? [];
  if (region !== undefined) return (snapshot) => standingIn(region, snapshot);
  const nth = nthFollower.exec(word);
  if (nth !== null) return (snapshot) => followers(snapshot).slice(Number(nth[1])).slice(0, 1);
  return Object.hasOwn(selectors, word) ? selectors[word]!.pick : undefined;
}

/** Whether they run or not: what falls out with a region is all that stands in it. */
function standingIn(region: string, { nodes, cluster }: Snapshot): readonly NodeId[] {
  const regions = Object.keys(nodes[0]?.address.clientAt ?? {});
  if (!regions.includes(region)) {
    throw new ReplabError('no-such-region', { cluster, region, regions: regions.join(', ') });
  }
  return nodes.filter((node) => node.region === region).map(({ id }) => id);
}

function followers({ nodes }: Snapshot): readonly NodeId[] {
  return nodes.filter(({ role }) => role === 'follower').map(({ id }) => id);
}

function leaderFirst({ leaders, nodes }: Snapshot): readonly NodeId[] {
  const leader = leaders.find(({ newest }) => newest)?.id;
  const ids = nodes.map(({ id }) => id);
  return leader === undefined ? ids : [leader, ...ids.filter((id) => id !== leader)];
}

/** Of all members, whether they run or not: that is what majorities are counted by. */
function minoritySize({ nodes }: Snapshot): number {
  return Math.floor((nodes.length - 1) / 2);
}

/** `n1 leader, n2 follower, n3 killed`: what was seen, for errors. */
export function observedRoles(snapshot: Snapshot): string {
  return snapshot.nodes.map((node) => `${node.id} ${roleOrState(node)}`).join(', ');
}

function roleOrState({ role, state }: NodeView): string {
  return state === 'running' && role !== null ? role : state;
}
