import { withCluster } from '../client/cluster-connection.ts';
import { defineCommand } from './command.ts';
import { faultTable, slowLinkTable } from './fault-text.ts';
import { opening } from './opening.ts';

export const faults = defineCommand({
  name: 'faults',
  summary: 'the faults in force, what each has hit so far, and what they make of links',
  notes: [
    'Counts are by kind of message. A fault that hit no message with data has proved nothing yet.',
    'A slow link adds its delay one way; the round trip is there and back, also where only one way is slow.',
    'A fault on a node counts what it did there, up to the last report of a process that was killed.',
  ],
  args: {},
  options: {},
  examples: [{ run: 'replab faults', does: 'what is cut, since when, and what it hit' }],
  run: (context) =>
    withCluster(opening(context), async (cluster) => {
      const snapshot = await cluster.freshSnapshot();
      return {
        kind: 'document',
        json: {
          schema: 'replab.faults/1',
          cluster: cluster.name,
          tMs: snapshot.tMs,
          faults: snapshot.faults,
          links: snapshot.links.filter(({ state }) => state !== 'ok'),
        },
        text: (style) =>
          snapshot.faults.length === 0
            ? 'No fault is in force.'
            : [faultTable(snapshot.faults, snapshot.tMs, style), slowLinkTable(snapshot.links, style)]
                .filter((part) => part !== null)
                .join('\n\n'),
      };
    }),
});
