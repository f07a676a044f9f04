import { openCluster } from '../client/cluster-connection.ts';
import type { ClusterEvent } from '../cluster/event.ts';
import { defineCommand } from './command.ts';
import { eventLine } from './event-text.ts';
import { opening } from './opening.ts';
import { flag, integerOr } from './params.ts';
import { pushed } from './streams.ts';

export const events = defineCommand({
  name: 'events',
  summary: 'what happened: every command that changed something, and what the nodes did',
  notes: ['Events are numbered; a command that changes something answers with the number of its own.'],
  args: {},
  options: {
    after: integerOr('only events with a higher number', 0, Number.MAX_SAFE_INTEGER, 0),
    follow: flag('go on with events as they happen'),
  },
  examples: [
    { run: 'replab events', does: 'all of them' },
    { run: 'replab events --after 10 --json', does: 'those after number 10, one JSON document a line' },
  ],
  endless: ({ options }) => options.follow,
  async run(context, { options: { after, follow } }) {
    const cluster = await openCluster(opening(context));
    const all = pushed<ClusterEvent>((push) =>
      cluster.request('events', { after, follow }, { onItem: push }).finally(() => cluster.close()),
    );
    return { kind: 'stream', items: lines(all), empty: `Nothing has happened after event ${after}.` };
  },
});

async function* lines(all: AsyncIterable<ClusterEvent>) {
  for await (const event of all) {
    yield {
      json: { schema: 'replab.event/1', ...event },
      text: (style: Parameters<typeof eventLine>[1]) => eventLine(event, style),
    };
  }
}
