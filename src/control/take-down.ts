import { existsSync } from 'node:fs';
import { attach, helloMs, recordOrThrow } from './attach.ts';
import { readRecord, type ClusterRecord } from './cluster-record.ts';
import { ReplabError } from './errors.ts';
import { killIdentity, waitGone } from './process-identity.ts';
import { endProcesses, keepCluster, processesOf, removeCluster } from './remains.ts';
import { clusterDir, finishRemoval } from './state-dir.ts';

export interface TakenDown {
  /** What it was before. `gone`: its supervisor had died; `silent`: it did not answer, and was ended. */
  readonly was: 'up' | 'silent' | 'kept' | 'gone' | 'unreadable';
  /** Processes that ended, its supervisor among them. */
  readonly ended: number;
  /** The event's number; null when no supervisor was there to write one. */
  readonly event: number | null;
}

export interface TakeDownOptions {
  /** The data stay. */
  readonly keep: boolean;
  readonly signal?: AbortSignal;
  /** For all of it: a supervisor that is silent gets its share of this. */
  readonly withinMs?: number;
  onProgress?(line: string): void;
}

const defaultMs = 30_000;
/** What a supervisor may take to end after it has answered. */
const endMs = 5000;

/**
 * Takes a cluster down, whatever state it is in, and looks itself that nothing of it is left before it says
 * so: `leftovers` otherwise. A supervisor that does not answer, or does not get done, is ended by identity, and
 * all that is the cluster's with it: a killed node loses nothing.
 */
export async function takeDownCluster(
  root: string,
  name: string,
  options: TakeDownOptions,
): Promise<TakenDown> {
  try {
    return { was: 'up', ...(await ask(root, name, options)) };
  } catch (error) {
    const was = error instanceof ReplabError ? stateBehind(error) : null;
    const dir = clusterDir(root, name);
    // Its removal was begun, and killed.
    if (!existsSync(dir) && finishRemoval(dir)) return { was: was ?? 'gone', ended: 0, event: null };
    if (was === null) throw error;
    const { reaped } = (error as ReplabError).facts;
    let ended = typeof reaped === 'number' ? reaped : 0;
    if (was === 'silent') {
      options.onProgress?.('its supervisor does not answer: ending everything by identity');
      ended += await endSilent(root, name);
    }
    if (options.keep && was === 'unreadable') return { was, ended, event: null };
    const settled = options.keep ? await keepCluster(root, name) : await removeCluster(root, name);
    return { was, ended: ended + settled.ended, event: null };
  }
}

/** Asks the supervisor to do it, and looks. `unresponsive` when its time is up. */
async function ask(
  root: string,
  name: string,
  options: TakeDownOptions,
): Promise<Pick<TakenDown, 'ended' | 'event'>> {
  const { keep, signal, withinMs = defaultMs, onProgress } = options;
  const read = readRecord(clusterDir(root, name));
  const { client } = await attach(root, name, Math.min(helloMs, withinMs / 6));
  const late = AbortSignal.timeout((withinMs * 2) / 3);
  const onItem = ({ progress }: { readonly progress: string }): void => onProgress?.(progress);
  try {
    const until = AbortSignal.any(signal === undefined ? [late] : [late, signal]);
    const { ended, event } = await client.request('down', { keep }, { onItem, signal: until });
    await client.closed;
    if (read.type === 'record') await assureGone(name, read.record);
    return { ended: ended + 1, event };
  } catch (error) {
    if (error !== late.reason) throw error;
    throw new ReplabError('unresponsive', { cluster: name, pid: null });
  } finally {
    client.close();
  }
}

/** Ends the supervisor, stopped or not, and what it started. Answers how many processes there were. */
async function endSilent(root: string, cluster: string): Promise<number> {
  const record = recordOrThrow(readRecord(clusterDir(root, cluster)), cluster);
  const { supervisor } = record;
  const nodes = processesOf(record).filter(({ pid }) => pid !== supervisor.pid);
  const wasThere = killIdentity(supervisor, 'SIGKILL');
  const [left] = await waitGone([supervisor], endMs);
  if (left !== undefined) throw new ReplabError('leftovers', { cluster, pids: String(left.pid) });
  await endProcesses(cluster, record);
  return nodes.length + (wasThere ? 1 : 0);
}

/** The supervisor too, and whatever it may not have known of. */
async function assureGone(cluster: string, record: ClusterRecord): Promise<void> {
  await waitGone([record.supervisor], endMs);
  const left = await waitGone([...processesOf(record), record.supervisor], endMs);
  if (left.length === 0) return;
  throw new ReplabError('leftovers', { cluster, pids: left.map(({ pid }) => pid).join(', ') });
}

const behind: Readonly<Record<string, Exclude<TakenDown['was'], 'up'>>> = {
  'cluster-kept': 'kept',
  'supervisor-gone': 'gone',
  unresponsive: 'silent',
  'state-corrupt': 'unreadable',
};

function stateBehind({ code }: ReplabError): Exclude<TakenDown['was'], 'up'> | null {
  return behind[code] ?? null;
}
