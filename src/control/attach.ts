import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterSpec } from '../cluster/spec.ts';
import { unreachable } from '../lib/assert.ts';
import { connectControl, type ControlClient } from './client.ts';
import { readRecord, type ClusterRecord, type ReadRecord } from './cluster-record.ts';
import { ReplabError } from './errors.ts';
import { isAlive, stateOf } from './process-identity.ts';
import { endProcesses } from './remains.ts';
import { clusterDir, listClusters, type ClusterEntry } from './state-dir.ts';

/** A connection to a cluster whose supervisor answered the token. */
export interface Attached {
  readonly client: ControlClient;
  readonly spec: ClusterSpec;
  readonly dir: string;
}

/** A supervisor that takes longer than this to listen, or over a greeting, is not merely busy. */
export const helloMs = 5000;

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

/**
 * `gone`: its supervisor died; `unresponsive`: that lives, and does not answer the token; `unreadable`: its
 * record is damaged, or of a newer replab.
 */
export type ClusterState = 'starting' | 'up' | 'stopping' | 'unresponsive' | 'kept' | 'gone' | 'unreadable';

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
  return listClusters(root).map(summarize);
}

function summarize({ name, dir, read }: ClusterEntry): ClusterSummary {
  if (read.type !== 'record') return { name, dir, state: 'unreadable', spec: null, pid: null };
  const { phase, spec, supervisor } = read.record;
  if (phase === 'kept') return { name, dir, state: 'kept', spec, pid: null };
  if (!isAlive(supervisor)) return { name, dir, state: 'gone', spec, pid: null };
  return { name, dir, state: phase === 'ready' ? 'up' : phase, spec, pid: supervisor.pid };
}

/** What a supervisor that is merely busy takes over a greeting at most, where a list must not wait for longer. */
const listedMs = 1000;

/** As `summarizeClusters`, and every supervisor is greeted, all at once: one that is silent is `unresponsive`. */
export async function greetClusters(root: string, withinMs = listedMs): Promise<readonly ClusterSummary[]> {
  const end = performance.now() + withinMs;
  const all = await Promise.all(listClusters(root).map((one) => greeted(one, end)));
  return all.filter((one) => one !== null);
}

/** Looked at until it answers, or is something else by now; null when it is no more. */
async function greeted(entry: ClusterEntry, end: number): Promise<ClusterSummary | null> {
  const { name, dir, read } = entry;
  const summary = summarize(entry);
  if (read.type !== 'record' || summary.pid === null) return read.type === 'missing' ? null : summary;
  const answer = await greet(name, read.record, end - performance.now());
  if (answer === 'answered') return summary;
  const again = { name, dir, read: readRecord(dir) };
  const now = summarize(again);
  // It ended meanwhile; and before and after its time a supervisor does not listen.
  if (now.pid === null || (answer === 'nobody' && now.state !== 'up'))
    return again.read.type === 'missing' ? null : now;
  if (answer === 'silent' || performance.now() > end) return { ...now, state: 'unresponsive' };
  await wait(20);
  return await greeted(again, end);
}

async function greet(
  name: string,
  record: ClusterRecord,
  withinMs: number,
): Promise<'answered' | 'silent' | 'nobody'> {
  // A stopped process answers nobody: no need to wait for it.
  if (stateOf(record.supervisor) === 'paused') return 'silent';
  try {
    const client = await connect(name, record, Math.max(1, withinMs));
    client?.close();
    return client === null ? 'nobody' : 'answered';
  } catch {
    return 'silent';
  }
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

/** The record, or the error that says why there is none. */
export function recordOrThrow(read: ReadRecord, cluster: string): ClusterRecord {
  switch (read.type) {
    case 'record':
      return read.record;
    case 'missing':
      throw new ReplabError('no-such-cluster', { cluster });
    case 'corrupt':
      throw new ReplabError('state-corrupt', { cluster, detail: read.reason });
    case 'foreign':
      throw new ReplabError('state-foreign', { cluster, detail: read.reason });
    case 'newer':
      throw new ReplabError('state-newer', { cluster, schema: read.schema });
    default:
      return unreachable(read);
  }
}
