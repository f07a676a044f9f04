import { openCluster, type Cluster } from '../client/cluster-connection.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import type { Snapshot } from '../cluster/snapshot.ts';
import { defineCommand, type StreamItem, type StreamResult } from './command.ts';
import { opening } from './opening.ts';
import { eventLine } from './event-text.ts';
import { duration, flag, oneOf } from './params.ts';
import { pushed } from './streams.ts';
import { stateFields, stateLine } from './watch-text.ts';

/** In the order of their keys. */
export const viewNames = ['overview', 'links', 'keys', 'events', 'map'] as const;
export type ViewName = (typeof viewNames)[number];

export const watch = defineCommand({
  name: 'watch',
  summary: 'the cluster live: who leads, who is behind, what is cut; keys break and mend it',
  notes: [
    'On a terminal, a screen: `?` lists its keys, `q` leaves it (the cluster goes on), and every key that changes something shows the command that does the same.',
    'Elsewhere, or with `--plain`, lines: every event, and the state of the cluster whenever it is another. With `--json` a snapshot a line, whenever something changed. Nothing changes, nothing is written.',
  ],
  args: {},
  options: {
    view: oneOf('VIEW', `what to begin with: ${viewNames.join(', ')}`, viewNames, 'overview'),
    every: duration('at most one frame, or snapshot, in this time', 250),
    once: flag('show how it is now, once'),
    plain: flag('lines instead of a screen'),
    ascii: flag('only characters that every terminal and font has'),
  },
  examples: [
    { run: 'replab watch', does: 'a screen; `q` leaves it' },
    { run: 'replab watch --once --view links', does: 'one look at the links, as text' },
    { run: 'replab watch --json', does: 'a snapshot a line, when something changed' },
  ],
  endless: ({ options }) => !options.once,
  unwindMs: 1000,
  async run(context, { options: { every, ...options } }) {
    const cluster = await openCluster(opening(context));
    return {
      kind: 'screen',
      cluster,
      invoke: context.invoke,
      options: { everyMs: every, named: context.cluster !== null, ...options },
      stream: () => (options.once ? onceStream(cluster) : stream(cluster, every)),
    };
  },
});

function onceStream(cluster: Cluster): StreamResult {
  const items = pushed<StreamItem>(async (push) => {
    push(itemOf(await cluster.freshSnapshot().finally(() => cluster.close())));
  });
  return { kind: 'stream', items };
}

type Seen = { readonly event: ClusterEvent } | { readonly snapshot: Snapshot };

function stream(cluster: Cluster, everyMs: number): StreamResult {
  const seen = pushed<Seen>((push) => follow(cluster, everyMs, push).finally(() => cluster.close()));
  return { kind: 'stream', items: lines(seen) };
}

/** Events from now on, and snapshots. Ends with the cluster. */
async function follow(cluster: Cluster, everyMs: number, push: (seen: Seen) => void): Promise<void> {
  const { events: after } = await cluster.recentSnapshot();
  await Promise.all([
    cluster.request('events', { after, follow: true }, { onItem: (event) => push({ event }) }),
    cluster.request('watch', { everyMs }, { onItem: (snapshot) => push({ snapshot }) }),
  ]);
}

/** Snapshots are JSON's; people read events, and the state only when it is another. */
async function* lines(all: AsyncIterable<Seen>): AsyncGenerator<StreamItem> {
  let before = '';
  for await (const seen of all) {
    if ('event' in seen) {
      yield { json: null, text: (style) => eventLine(seen.event, style) };
      continue;
    }
    const state = stateFields(seen.snapshot);
    yield state === before ? { json: seen.snapshot, text: () => null } : itemOf(seen.snapshot);
    before = state;
  }
}

function itemOf(snapshot: Snapshot): StreamItem {
  return { json: snapshot, text: (style) => stateLine(snapshot, style) };
}
