import { withCluster } from '../client/cluster-connection.ts';
import { defineCommand } from './command.ts';
import { faultTable } from './fault-text.ts';
import { opening } from './opening.ts';

export const faults = defineCommand({
  name: 'faults',
  summary: 'the faults in force, and what each has held back so far',
  notes: [
    'Counts are by kind of message. A fault that held back no message with data has proved nothing yet.',
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
        },
        text: (style) =>
          snapshot.faults.length === 0
            ? 'No fault is in force.'
            : faultTable(snapshot.faults, snapshot.tMs, style),
      };
    }),
});
