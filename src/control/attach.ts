import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterSpec } from '../cluster/spec.ts';
import { unreachable } from '../lib/assert.ts';
import { connectControl, type ControlClient } from './client.ts';
import { markOf, readRecord, type ClusterRecord, type ReadRecord } from './cluster-record.ts';
import { lockDir, type DirLock } from './dir-lock.ts';
import { ReplabError } from './errors.ts';
import { isAlive, killIdentity, listMarked, waitGone, type ProcessIdentity } from './process-identity.ts';
import { clusterDir, listClusters, removeClusterDir } from './state-dir.ts';

/** A connection to a cluster whose supervisor answered the token. */
export interface Attached {
  readonly client: ControlClient;
  readonly spec: ClusterSpec;
  readonly dir: string;
}

/** A supervisor that takes longer than this to listen, or over a greeting, is not merely busy. */
const helloMs = 5000;

/**
 * Connects to a cluster by name. One whose supervisor died is first rid of what it left running, by
 * identity; then, as for one that is not there, kept, damaged or silent, the error says so.
 */
export async function attach(root: string, name: string, deadlineMs = helloMs): Promise<Attached> {
  const dir = clusterDir(root, name);
  const end = performance.now() + deadlineMs;
  for (;;) {
    const record = recordOrThrow(readRecord(dir), name);
    if (record.phase === 'kept') throw new ReplabError('cluster-kept', { cluster: name });
    if (!isAlive(record.supervisor)) {
      const { ended } = await endProcesses(name, record);
      throw new ReplabError('supervisor-gone', { cluster: name, reaped: ended });
    }
    const client = await connect(name, record, Math.max(1, end - performance.now()));
    if (client !== null) return { client, dir, spec: record.spec };
    if (performance.now() > end) throw silent(name, record);
    // It does not listen yet, or no longer; what becomes of it, the next look shows.
    await wait(20);
  }
}

/** Null when nobody listens. */
async function connect(
  cluster: string,
  record: ClusterRecord,
  withinMs: number,
): Promise<ControlClient | null> {
  const { socket, token } = record;
  const client = await connectControl({ socketPath: socket, token, cluster }).catch(() => null);
  if (client === null) return null;
  try {
    await client.request('hello', {}, { signal: AbortSignal.timeout(Math.ceil(withinMs)) });
    return client;
  } catch (error) {
    client.close();
    if (!(error instanceof ReplabError)) throw silent(cluster, record);
    if (error.code === 'supervisor-gone') return null;
    throw error;
  }
}

function silent(cluster: string, record: ClusterRecord): ReplabError {
  return new ReplabError('unresponsive', { cluster, pid: record.supervisor.pid });
}

/** `gone`: its supervisor died; `unreadable`: its record is damaged, or of a newer replab. */
export type ClusterState = 'starting' | 'up' | 'stopping' | 'kept' | 'gone' | 'unreadable';

export interface ClusterSummary {
  readonly name: string;
  readonly dir: string;
  readonly state: ClusterState;
  /** Null when unreadable. */
  readonly spec: ClusterSpec | null;
  readonly pid: number | null;
}

/** All clusters of this user, as their directories and the process table show them; asks no supervisor. */
export function summarizeClusters(root: string): readonly ClusterSummary[] {
  return listClusters(root).map(({ name, dir, read }) => {
    if (read.type !== 'record') return { name, dir, state: 'unreadable', spec: null, pid: null };
    const { phase, spec, supervisor } = read.record;
    if (phase === 'kept') return { name, dir, state: 'kept', spec, pid: null };
    if (!isAlive(supervisor)) return { name, dir, state: 'gone', spec, pid: null };
    return { name, dir, state: phase === 'ready' ? 'up' : phase, spec, pid: supervisor.pid };
  });
}

/** The one cluster that is up, for commands without `-c`. `no-cluster` when none is, `several-clusters` when many are. */
export function onlyCluster(root: string): string {
  const all = summarizeClusters(root);
  const up = all.filter(({ state }) => state === 'up' || state === 'starting');
  // One whose supervisor died is still the one meant: the command then says what became of it.
  const meant = up.length > 0 ? up : all.filter(({ state }) => state !== 'unreadable');
  if (meant.length === 0) throw new ReplabError('no-cluster');
  if (meant.length > 1)
    throw new ReplabError('several-clusters', { names: meant.map(({ name }) => name).join(', ') });
  return meant[0]!.name;
}

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
  record: Pick<ClusterRecord, 'token' | 'nodes'>,
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
export function processesOf(record: Pick<ClusterRecord, 'token' | 'nodes'>): readonly ProcessIdentity[] {
  const recorded = record.nodes.flatMap((node) => node.process ?? []).filter(isAlive);
  const all = [...listMarked(markOf(record.token)), ...recorded];
  return [...new Map(all.map((identity) => [identity.pid, identity])).values()];
}

/**
 * Removes a cluster that no supervisor looks after (kept, gone or damaged) with its data, ending what is left
 * of it. One whose directory is in use is `unresponsive`: its supervisor must do it.
 */
export async function removeCluster(root: string, name: string): Promise<Ended> {
  const dir = clusterDir(root, name);
  if (!existsSync(dir)) throw new ReplabError('no-such-cluster', { cluster: name });
  const lock = await lockCluster(dir);
  if (lock === null) throw new ReplabError('unresponsive', { cluster: name, pid: null });
  try {
    const read = readRecord(dir);
    if (read.type === 'newer') throw new ReplabError('state-newer', { cluster: name, schema: read.schema });
    if (read.type !== 'record') {
      removeClusterDir(dir, null);
      return { ended: 0 };
    }
    const ended = await endProcesses(name, read.record);
    removeClusterDir(dir, read.record.socket);
    return ended;
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

/** The record, or the error that says why there is none. */
export function recordOrThrow(read: ReadRecord, cluster: string): ClusterRecord {
  switch (read.type) {
    case 'record':
      return read.record;
    case 'missing':
      throw new ReplabError('no-such-cluster', { cluster });
    case 'corrupt':
      throw new ReplabError('state-corrupt', { cluster, detail: read.reason });
    case 'newer':
      throw new ReplabError('state-newer', { cluster, schema: read.schema });
    default:
      return unreachable(read);
  }
}
