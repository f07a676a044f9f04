import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { markOf, readRecord, writeRecord, type ClusterRecord } from './cluster-record.ts';
import { lockDir, type DirLock } from './dir-lock.ts';
import { ReplabError } from './errors.ts';
import { isAlive, killIdentity, listMarked, waitGone, type ProcessIdentity } from './process-identity.ts';
import { clusterDir, removeClusterDir } from './state-dir.ts';

export interface Ended {
  /** Processes that were there and have ended. */
  readonly ended: number;
}

/**
 * Ends everything a cluster left running, found by the mark in its environment and by recorded identity, and
 * lists again before it answers. `leftovers` with the pids when something does not end. The caller's own
 * process and `except` are spared.
 */
export async function endProcesses(
  name: string,
  record: Pick<ClusterRecord, 'token' | 'nodes' | 'loads'>,
  except: readonly number[] = [],
): Promise<Ended> {
  const seen = new Map<number, ProcessIdentity>();
  const end = performance.now() + endMs;
  for (;;) {
    const left = processesOf(record).filter(({ pid }) => !except.includes(pid));
    if (left.length === 0) return { ended: seen.size };
    if (performance.now() > end) {
      throw new ReplabError('leftovers', { cluster: name, pids: left.map(({ pid }) => pid).join(', ') });
    }
    for (const identity of left) {
      seen.set(identity.pid, identity);
      killIdentity(identity, 'SIGKILL');
    }
    await waitGone(left, 500);
  }
}

const endMs = 3000;

/** Processes of a cluster that are alive now, the caller's own excepted. */
export function processesOf(
  record: Pick<ClusterRecord, 'token' | 'nodes' | 'loads'>,
): readonly ProcessIdentity[] {
  const nodes = record.nodes.flatMap((node) => node.process ?? []);
  const recorded = [...nodes, ...(record.loads ?? [])].filter(isAlive);
  const all = [...listMarked(markOf(record.token)), ...recorded];
  return [...new Map(all.map((identity) => [identity.pid, identity])).values()];
}

/**
 * Removes a cluster that no supervisor looks after (kept, gone or damaged) with its data, ending what is left
 * of it. One whose directory is in use is `unresponsive`: its supervisor must do it.
 */
export async function removeCluster(root: string, name: string): Promise<Ended> {
  return await withLock(root, name, async (dir) => {
    const read = readRecord(dir);
    if (read.type === 'newer') throw new ReplabError('state-newer', { cluster: name, schema: read.schema });
    if (read.type !== 'record') {
      removeClusterDir(dir, null);
      return { ended: 0 };
    }
    const ended = await endProcesses(name, read.record);
    removeClusterDir(dir, read.record.socket);
    return ended;
  });
}

/** As `removeCluster`, and the data stay: it is then as if it had been taken down to be kept. */
export async function keepCluster(root: string, name: string): Promise<Ended> {
  return await withLock(root, name, async (dir) => {
    const read = readRecord(dir);
    if (read.type !== 'record') return { ended: 0 };
    const ended = await endProcesses(name, read.record);
    try {
      if (read.record.phase !== 'kept') writeRecord(dir, { ...read.record, phase: 'kept', faults: [] });
    } catch {
      // A full disk: it stays one whose supervisor is gone, which is kept as well.
    }
    return ended;
  });
}

async function withLock<T>(root: string, name: string, act: (dir: string) => Promise<T>): Promise<T> {
  const dir = clusterDir(root, name);
  if (!existsSync(dir)) throw new ReplabError('no-such-cluster', { cluster: name });
  const lock = await lockCluster(dir);
  if (lock === null) throw new ReplabError('unresponsive', { cluster: name, pid: null });
  try {
    return await act(dir);
  } finally {
    lock.release();
  }
}

/** A process that was killed holds its locks until its last thread has ended, a little after it is gone. */
const endingMs = 2000;

/**
 * The lock of a cluster's directory, which exists. Null when a supervisor that lives holds it; one that is
 * ending is waited for.
 */
export async function lockCluster(dir: string): Promise<DirLock | null> {
  const end = performance.now() + endingMs;
  for (;;) {
    const lock = lockDir(dir);
    if (lock !== null) return lock;
    const read = readRecord(dir);
    const isHeld = read.type === 'record' && read.record.phase !== 'kept' && isAlive(read.record.supervisor);
    if (isHeld || performance.now() > end) return null;
    await wait(10);
  }
}
