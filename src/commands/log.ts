import { openCluster, type Cluster } from '../client/cluster-connection.ts';
import { followLog } from '../client/log-follower.ts';
import { openNodeReader, readEntries, type NodeReader } from '../client/node-reader.ts';
import { observedRoles, selectNode } from '../client/selectors.ts';
import { positionView } from '../cluster/position-view.ts';
import { eachShard, ofShard } from '../cluster/shard-view.ts';
import type { NodeView, Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import type { Entry } from '../protocol/entry.ts';
import { parsePosition } from '../protocol/position.ts';
import { defineCommand, type Option, type Result, type StreamItem } from './command.ts';
import { entryLine } from './entry-text.ts';
import { opening } from './opening.ts';
import { nodeWords } from './completes.ts';
import { completing, flag, integer, optional, UsageError } from './params.ts';
import { checkedShard, shardOption } from './shards.ts';

const shownAtFirst = 20;

const after: Option<number | null> = {
  placeholder: 'INDEX',
  summary: 'only entries after this index (or position, such as 1@n1/12)',
  fallback: null,
  parse(given) {
    if (given === undefined) return null;
    const index = /^\d{1,15}$/.test(given) ? Number(given) : parsePosition(given)?.index;
    if (index === undefined) throw new UsageError('an index such as 12, or a position such as 1@n1/12');
    return index;
  },
};

export const log = defineCommand({
  name: 'log',
  summary: 'the replication log of a node, as people can read it',
  notes: [
    `Without --after, the newest ${shownAtFirst} entries. A position is the epoch (a number and the node that took it), then the index.`,
    '--discarded shows what a node gave up when it rejoined under another leader: writes that are lost.',
  ],
  args: {
    node: completing(
      nodeWords,
      optional('NODE', 'a node, or a selector that stands for one; without it the leader'),
    ),
  },
  options: {
    after,
    limit: integer('N', 'at most this many, the newest', 1, 1_000_000),
    follow: flag('go on with entries as they come'),
    discarded: flag('entries that were given up, of every node and shard unless one is named'),
    shard: shardOption('the shard whose log it is; the first without it'),
  },
  examples: [
    { run: 'replab log', does: 'the newest entries of the leader' },
    { run: 'replab log n2 --after 1@n1/1 --json', does: 'all that n2 has after a position, as JSON lines' },
    { run: 'replab log --discarded', does: 'what was lost' },
    { run: 'replab log --shard 1', does: 'the log of another shard, at its leader' },
  ],
  endless: ({ options }) => options.follow,
  async run(context, { args, options }): Promise<Result> {
    const cluster = await openCluster(opening(context));
    const snapshot = await cluster.freshSnapshot();
    const shard = checkedShard(options.shard ?? 0, snapshot);
    const asked = args.node === null ? null : selectNode(args.node, snapshot, { chance: context.chance });
    if (options.discarded)
      return {
        kind: 'stream',
        items: discarded(cluster, snapshot, { asked, shard: options.shard }),
        empty: 'Nothing was given up.',
      };
    const seen = ofShard(snapshot, shard);
    const view = viewOf(seen, asked ?? longest(seen));
    const reader = openNodeReader(view, { cluster: cluster.name, shard });
    const last = view.received?.index ?? 0;
    const limit = options.limit ?? (options.after === null ? shownAtFirst : last);
    const from = Math.max(options.after ?? 0, last - limit);
    const items = options.follow
      ? following(reader, { from, shard }, context.signal)
      : listed(reader, { from, last, shard });
    return {
      kind: 'stream',
      items: closing(items, reader, cluster),
      empty: 'There are no entries after that.',
    };
  },
});

/** The leader, else the node that answers and has the longest log. */
function longest(snapshot: Snapshot): string {
  const leader = snapshot.leaders.find(({ newest }) => newest)?.id;
  if (leader !== undefined) return leader;
  const byIndex = (node: NodeView): number => node.received?.index ?? -1;
  const best = snapshot.nodes.toSorted((a, b) => byIndex(b) - byIndex(a))[0];
  if (best === undefined || best.received === null) {
    throw new ReplabError('selector-empty', {
      selector: '@leader',
      roles: observedRoles(snapshot),
      cluster: snapshot.cluster,
    });
  }
  return best.id;
}

function viewOf(snapshot: Snapshot, id: string): NodeView {
  const view = snapshot.nodes.find((node) => node.id === id)!;
  if (view.received === null)
    throw new ReplabError('node-down', { cluster: snapshot.cluster, node: id, state: view.state });
  return view;
}

async function* closing(
  items: AsyncIterable<StreamItem>,
  reader: NodeReader,
  cluster: Cluster,
): AsyncGenerator<StreamItem> {
  try {
    yield* items;
  } finally {
    reader.close();
    cluster.close();
  }
}

async function* listed(
  reader: NodeReader,
  { from, last, shard }: { readonly from: number; readonly last: number; readonly shard: number },
): AsyncGenerator<StreamItem> {
  for (const entry of await readEntries(reader, from, last)) yield itemOf(reader.node, shard, entry);
}

async function* following(
  reader: NodeReader,
  { from, shard }: { readonly from: number; readonly shard: number },
  signal: AbortSignal,
): AsyncGenerator<StreamItem> {
  for await (const item of followLog(reader, from, signal)) {
    if (item.kind === 'entry') yield itemOf(reader.node, shard, item.entry);
    else {
      yield {
        json: { schema: 'replab.log-rewound/1', node: reader.node, shard, index: item.index },
        text: (style) => style.caution(`${reader.node} gave up what came after index ${item.index}`),
      };
    }
  }
}

async function* discarded(
  cluster: Cluster,
  snapshot: Snapshot,
  { asked, shard }: { readonly asked: string | null; readonly shard: number | null },
): AsyncGenerator<StreamItem> {
  try {
    const views =
      asked === null ? snapshot.nodes.filter(({ received }) => received !== null) : [viewOf(snapshot, asked)];
    const shards = shard === null ? eachShard(snapshot).keys() : [shard];
    for (const one of shards) {
      for (const view of views) {
        const reader = openNodeReader(view, { cluster: cluster.name, shard: one });
        const entries = await reader.discarded().finally(() => reader.close());
        for (const entry of entries) yield itemOf(view.id, one, entry, true);
      }
    }
  } finally {
    cluster.close();
  }
}

function itemOf(node: string, shard: number, entry: Entry, wasDiscarded = false): StreamItem {
  return {
    json: {
      schema: 'replab.log-entry/1',
      node,
      shard,
      discarded: wasDiscarded,
      ...entry,
      at: positionView(entry.at),
    },
    text: (style) => (wasDiscarded ? `${node} gave up  ${entryLine(entry, style)}` : entryLine(entry, style)),
  };
}
