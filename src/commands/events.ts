import { openCluster, type Cluster } from '../client/cluster-connection.ts';
import { selectNodes } from '../client/selectors.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import { defineCommand, type Context, type StreamItem } from './command.ts';
import { eventLine } from './event-text.ts';
import { opening } from './opening.ts';
import { nodeWords } from './completes.ts';
import { completing, flag, integerOr, text } from './params.ts';
import { pushed } from './streams.ts';

export const events = defineCommand({
  name: 'events',
  summary: 'what happened: every command that changed something, and what the nodes did',
  notes: [
    'Events are numbered; a command that changes something answers with the number of its own, so that `--after` that number shows what came of it.',
  ],
  args: {},
  options: {
    after: integerOr('only events with a higher number', 0, Number.MAX_SAFE_INTEGER, 0),
    node: completing(
      nodeWords,
      text('NODE', 'only of these nodes (names or selectors, such as n1,n2 or @leader)'),
    ),
    name: text('NAME', 'only events of these names, such as promoted,discarded'),
    follow: flag('go on with events as they happen'),
  },
  examples: [
    { run: 'replab events', does: 'all of them' },
    { run: 'replab events --after 10 --json', does: 'those after number 10, one JSON document a line' },
    { run: 'replab events --node @leader --name started', does: 'when the leader was started' },
  ],
  endless: ({ options }) => options.follow,
  async run(context, { options }) {
    const { after, follow } = options;
    const cluster = await openCluster(opening(context));
    const wanted = await filterOf(context, cluster, options);
    const all = pushed<ClusterEvent>((push) =>
      cluster.request('events', { after, follow }, { onItem: push }).finally(() => cluster.close()),
    );
    return { kind: 'stream', items: lines(all, wanted), empty: emptyText(options) };
  },
});

interface Filters {
  readonly after: number;
  readonly node: string | null;
  readonly name: string | null;
}

async function filterOf(
  { chance }: Context,
  cluster: Cluster,
  { node, name }: Filters,
): Promise<(event: ClusterEvent) => boolean> {
  const nodes = node === null ? null : selectNodes([node], await cluster.freshSnapshot(), { chance });
  const names = name?.split(',') ?? null;
  return (event) =>
    (names === null || names.includes(event.name)) &&
    (nodes === null || (event.node !== null && nodes.includes(event.node)));
}

function emptyText({ after, node, name }: Filters): string {
  const filters = [node === null ? '' : ` of ${node}`, name === null ? '' : ` called ${name}`].join('');
  return `There is no event${filters} after number ${after}.`;
}

async function* lines(
  all: AsyncIterable<ClusterEvent>,
  wanted: (event: ClusterEvent) => boolean,
): AsyncGenerator<StreamItem> {
  for await (const event of all) {
    if (!wanted(event)) continue;
    yield { json: { schema: 'replab.event/1', ...event }, text: (style) => eventLine(event, style) };
  }
}
