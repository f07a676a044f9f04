import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatLatency } from '../cluster/latency.ts';
import { formatRegions } from '../cluster/regions.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { recordOrThrow } from '../control/attach.ts';
import {
  newToken,
  readRecord,
  recordSchema,
  type ClusterRecord,
  type ReadRecord,
} from '../control/cluster-record.ts';
import type { DirLock } from '../control/dir-lock.ts';
import { ReplabError } from '../control/errors.ts';
import { identify } from '../control/process-identity.ts';
import { endProcesses, lockCluster } from '../control/remains.ts';
import {
  chooseSocketPath,
  finishRemoval,
  makePrivateDir,
  paths,
  refuseForeign,
  removeClusterDir,
} from '../control/state-dir.ts';
import { assert } from '../lib/assert.ts';
import { diskOf } from '../protocol/node-id.ts';
import { removeOtherDisks } from './node-disk.ts';
import { openRecordFile, type RecordFile } from './record-file.ts';
import { completeSpec } from './spec.ts';

/** A cluster's directory in the hands of this process. */
export interface Claim {
  readonly lock: DirLock;
  readonly record: RecordFile;
  /** Its data were there before. */
  readonly kept: boolean;
  /** Processes that a supervisor which died had left, and that have been ended. */
  readonly reaped: number;
}

/**
 * Takes a cluster's directory for this process, making it if need be. Data that are there stay, and with
 * them what they were made for: `spec` null means whatever is kept. What a dead supervisor left is ended.
 */
export async function claimCluster(dir: string, name: string, spec: ClusterSpec | null): Promise<Claim> {
  refuseForeign(dir);
  const lock = await lockMade(dir);
  if (lock === null) throw new ReplabError('cluster-exists', { cluster: name });
  try {
    finishRemoval(dir);
    // A `down` that was not yet done may have taken it along.
    makePrivateDir(dirname(paths.supervisorLog(dir)));
    const existing = existingRecord(readRecord(dir), name);
    if (existing === null && spec === null) throw new ReplabError('no-such-cluster', { cluster: name });
    const reaped = existing === null ? 0 : (await endProcesses(name, existing)).ended;
    const record = openRecordFile(
      dir,
      existing === null ? freshRecord(dir, spec!) : takenOver(dir, existing, spec),
    );
    for (const node of record.now.nodes) {
      makePrivateDir(paths.nodeData(dir, node.id, node.disk));
      await removeOtherDisks(dir, node.id, node.disk);
    }
    return { lock, record, kept: existing !== null, reaped };
  } catch (error) {
    // Nothing of a cluster is in it: it was made for this claim.
    if (readRecord(dir).type === 'missing' && isBare(dir)) removeClusterDir(dir, null);
    lock.release();
    throw error;
  }
}

/** The lock of the directory, which is made if need be: a `down` may remove it in between. */
async function lockMade(dir: string): Promise<DirLock | null> {
  for (let tries = 1; ; tries += 1) {
    makePrivateDir(dir);
    try {
      return await lockCluster(dir);
    } catch (error) {
      if (existsSync(dir) || tries === 10) throw error;
    }
  }
}

function existingRecord(read: ReadRecord, name: string): ClusterRecord | null {
  if (read.type === 'missing') return null;
  return recordOrThrow(read, name);
}

function freshRecord(dir: string, spec: ClusterSpec): ClusterRecord {
  const complete = completeSpec(spec);
  return {
    schema: recordSchema,
    spec: complete,
    token: newToken(),
    phase: 'starting',
    supervisor: self(),
    socket: chooseSocketPath(dir),
    faults: [],
    nextFault: 1,
    highestBallot: 0,
    nodes: complete.nodes.map((id) => ({ id, disk: diskOf(id), process: null })),
  };
}

/** Faults do not outlive the proxy that carried them out: the cluster comes back whole. */
function takenOver(dir: string, record: ClusterRecord, spec: ClusterSpec | null): ClusterRecord {
  if (spec !== null) refuseIfDifferent(record.spec, completeSpec(spec));
  return {
    ...record,
    phase: 'starting',
    supervisor: self(),
    socket: chooseSocketPath(dir),
    faults: [],
    nodes: record.nodes.map((node) => ({ ...node, process: null })),
    loads: [],
  };
}

/** Live settings are in the log, and stay as they were; these cannot be had otherwise than they are. */
function refuseIfDifferent(kept: ClusterSpec, asked: ClusterSpec): void {
  const texts = (spec: ClusterSpec) => ({
    mode: spec.mode,
    engine: spec.engine,
    nodes: String(spec.nodes),
    shards: String(spec.shards),
    durability: spec.durability,
    regions: spec.regions === undefined ? 'none' : formatRegions(spec.regions),
    latency: formatLatency(spec.regions?.latencyMs ?? {}).join(','),
  });
  const [before, now] = [texts(kept), texts(asked)];
  for (const field of Object.keys(before) as (keyof typeof before)[]) {
    const [a, b] = [before[field], now[field]];
    if (a !== b) throw new ReplabError('kept-differs', { cluster: kept.name, field, kept: a, asked: b });
  }
}

function self(): ClusterRecord['supervisor'] {
  const identity = identify(process.pid);
  assert(identity !== null, 'a running process has an identity');
  return identity;
}

function isBare(dir: string): boolean {
  return readdirSync(dir).every((name) => ['lock', 'logs', 'cluster.json.new'].includes(name));
}
