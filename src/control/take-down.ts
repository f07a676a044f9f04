import { attach, processesOf, removeCluster } from './attach.ts';
import { readRecord, type ClusterRecord } from './cluster-record.ts';
import { ReplabError } from './errors.ts';
import { waitGone } from './process-identity.ts';
import { clusterDir } from './state-dir.ts';

export interface TakenDown {
  /** What it was before. `gone`: its supervisor had died. */
  readonly was: 'up' | 'kept' | 'gone' | 'unreadable';
  /** Processes that ended, its supervisor among them. */
  readonly ended: number;
}

export interface TakeDownOptions {
  /** The data stay; a cluster that does not run keeps them as they are. */
  readonly keep: boolean;
  readonly signal?: AbortSignal;
  onProgress?(line: string): void;
}

/** What a supervisor may take to end after it has answered. */
const endMs = 5000;

/**
 * Takes a cluster down, whatever state it is in, and looks itself that nothing of it is left before it says
 * so: `leftovers` otherwise.
 */
export async function takeDownCluster(
  root: string,
  name: string,
  { keep, signal, onProgress }: TakeDownOptions,
): Promise<TakenDown> {
  const read = readRecord(clusterDir(root, name));
  try {
    const { client } = await attach(root, name);
    const onItem = ({ progress }: { readonly progress: string }): void => onProgress?.(progress);
    const { ended } = await client.request('down', { keep }, { onItem, ...(signal && { signal }) });
    await client.closed;
    if (read.type === 'record') await assureGone(name, read.record);
    return { was: 'up', ended: ended + 1 };
  } catch (error) {
    const was = error instanceof ReplabError ? stateBehind(error) : null;
    if (was === null) throw error;
    const { reaped } = (error as ReplabError).facts;
    const ended = typeof reaped === 'number' ? reaped : 0;
    if (keep) return { was, ended };
    return { was, ended: ended + (await removeCluster(root, name)).ended };
  }
}

/** The supervisor too, and whatever it may not have known of. */
async function assureGone(cluster: string, record: ClusterRecord): Promise<void> {
  await waitGone([record.supervisor], endMs);
  const left = await waitGone([...processesOf(record), record.supervisor], endMs);
  if (left.length === 0) return;
  throw new ReplabError('leftovers', { cluster, pids: left.map(({ pid }) => pid).join(', ') });
}

function stateBehind({ code }: ReplabError): Exclude<TakenDown['was'], 'up'> | null {
  if (code === 'cluster-kept') return 'kept';
  if (code === 'supervisor-gone') return 'gone';
  return code === 'state-corrupt' ? 'unreadable' : null;
}
