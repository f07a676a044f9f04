import { attach, onlyCluster, recordOrThrow, removeCluster } from '../control/attach.ts';
import { readRecord } from '../control/cluster-record.ts';
import { ReplabError } from '../control/errors.ts';
import { waitGone } from '../control/process-identity.ts';
import { clusterDir } from '../control/state-dir.ts';
import { defineCommand, type Context } from './command.ts';
import { count } from './count.ts';
import { flag } from './params.ts';

export const down = defineCommand({
  name: 'down',
  summary: 'end a cluster: every process of it, and its data',
  notes: [
    'Answers when nothing of it runs any more: processes are listed again before it says so. Exit 6 names those that are left.',
    'Also removes what is left of a cluster whose supervisor was killed, and kept data.',
  ],
  args: {},
  options: { keep: flag('keep the data; `replab up` with the same name finds them again') },
  examples: [
    { run: 'replab down --keep', does: 'end it, keep its data' },
    { run: 'replab down', does: 'end it and remove its data' },
  ],
  async run(context, { options: { keep } }) {
    const cluster = context.cluster ?? onlyCluster(context.root);
    const { ended, kept, changed } = await end(context, cluster, keep);
    return {
      kind: 'document',
      json: { schema: 'replab.down/1', cluster, changed, kept, ended },
      text: () => {
        const processes =
          ended === 0 ? 'nothing of it ran' : `${count(ended, 'process')} ended, none is left`;
        return `${cluster} is down: ${processes}; its data are ${kept ? 'kept' : 'removed'}`;
      },
      ...(kept ? { next: [`replab up -c ${cluster}`, `replab down -c ${cluster}`] } : {}),
    };
  },
});

interface Down {
  readonly ended: number;
  readonly kept: boolean;
  readonly changed: boolean;
}

/** By its supervisor if there is one, else by what its directory says of it. */
async function end(context: Context, cluster: string, keep: boolean): Promise<Down> {
  try {
    return await endBySupervisor(context, cluster, keep);
  } catch (error) {
    const code = error instanceof ReplabError ? error.code : null;
    if (code !== 'cluster-kept' && code !== 'supervisor-gone' && code !== 'state-corrupt') throw error;
    const reaped = Number((error as ReplabError).facts['reaped'] ?? 0);
    if (keep) return { ended: reaped, kept: true, changed: reaped > 0 };
    const { ended } = await removeCluster(context.root, cluster);
    return { ended: ended + reaped, kept: false, changed: true };
  }
}

/** How long a supervisor may take to end itself once everything else has. */
const supervisorMs = 5000;

async function endBySupervisor(context: Context, cluster: string, keep: boolean): Promise<Down> {
  const { client } = await attach(context.root, cluster);
  const { supervisor } = recordOrThrow(readRecord(clusterDir(context.root, cluster)), cluster);
  const onItem = ({ progress }: { readonly progress: string }): void => context.progress(progress);
  const { ended } = await client.request('down', { keep }, { onItem, signal: context.signal });
  const left = await waitGone([supervisor], supervisorMs);
  client.close();
  if (left.length > 0) throw new ReplabError('leftovers', { cluster, pids: supervisor.pid });
  return { ended: ended + 1, kept: keep, changed: true };
}
