import { onlyCluster } from '../control/attach.ts';
import { takeDownCluster } from '../control/take-down.ts';
import { defineCommand } from './command.ts';
import { count } from './count.ts';
import { flag } from './params.ts';

export const down = defineCommand({
  name: 'down',
  summary: 'end a cluster: every process of it, and its data',
  notes: [
    'Answers when nothing of it runs any more: processes are listed again before it says so. Exit 6 names those that are left.',
    'Also removes what is left of a cluster whose supervisor was killed, and kept data. A supervisor that does not answer is ended by force.',
  ],
  args: {},
  options: { keep: flag('keep the data; `replab up` with the same name finds them again') },
  examples: [
    { run: 'replab down --keep', does: 'end it, keep its data' },
    { run: 'replab down', does: 'end it and remove its data' },
  ],
  removesCluster: ({ options }) => !options.keep,
  async run(context, { options: { keep } }) {
    const cluster = context.cluster ?? onlyCluster(context.root);
    const { root, signal, timeoutMs: withinMs, progress } = context;
    const { was, ended, event } = await takeDownCluster(root, cluster, {
      keep,
      signal,
      withinMs,
      onProgress: progress,
    });
    // What does not run and is to be kept stays as it is.
    const changed = was === 'up' || !keep || ended > 0;
    return {
      kind: 'document',
      json: {
        schema: 'replab.down/1',
        cluster,
        changed,
        kept: keep,
        ended,
        forced: was === 'silent',
        event,
      },
      text: () => {
        const processes =
          ended === 0 ? 'nothing of it ran' : `${count(ended, 'process')} ended, none is left`;
        const how = was === 'silent' ? ' by force, since its supervisor did not answer' : '';
        return `${cluster} is down${how}: ${processes}; its data are ${keep ? 'kept' : 'removed'}`;
      },
      ...(keep ? { next: [`replab up -c ${cluster}`, `replab down -c ${cluster}`] } : {}),
    };
  },
});
