import { withCluster } from '../client/cluster-connection.ts';
import { defineCommand } from './command.ts';
import { opening } from './opening.ts';
import { statusText } from './status-text.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'how the cluster is: who leads, how far behind the others are, what is cut',
  notes: [
    'Everything is asked of the nodes when the command runs, past any fault; `?` (null in JSON) means that it is not known.',
    'The document of `--json` is what `expect` sees.',
  ],
  args: {},
  options: {},
  examples: [
    { run: 'replab status', does: 'a table for people' },
    { run: 'replab status --json', does: 'the whole snapshot' },
  ],
  run: (context) =>
    withCluster(opening(context), async (cluster) => {
      const snapshot = await cluster.freshSnapshot();
      return { kind: 'document', json: snapshot, text: (style) => statusText(snapshot, style) };
    }),
});
