import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ClusterSpec } from '../cluster/spec.ts';
import type { ActiveFault } from '../faults/fault.ts';
import type { DiskId, NodeId } from '../protocol/node-id.ts';
import { unwritable } from './errors.ts';
import type { ProcessIdentity } from './process-identity.ts';

export const recordSchema = 'replab.cluster/1';

/**
 * What a cluster's directory says about it, in cluster.json. Only the holder of the directory's lock writes
 * it, by a temporary file and a rename, and before it acts: whoever finds it later knows all that may exist.
 */
export interface ClusterRecord {
  readonly schema: typeof recordSchema;
  readonly spec: ClusterSpec;
  /** Proves membership, on the control socket and between nodes. For the life of the data. */
  readonly token: string;
  /** `kept`: taken down, data kept; nothing of it runs. */
  readonly phase: 'starting' | 'ready' | 'stopping' | 'kept';
  readonly supervisor: ProcessIdentity;
  /** Path of the control socket. */
  readonly socket: string;
  /** Faults intended to be in force. */
  readonly faults: readonly ActiveFault[];
  /** Number of the next fault's id. */
  readonly nextFault: number;
  /** The highest ballot number ever seen or used: a new leadership takes a higher one. */
  readonly highestBallot: number;
  readonly nodes: readonly NodeRecord[];
  /** Processes of loads in the background. */
  readonly loads?: readonly ProcessIdentity[];
}

export interface NodeRecord {
  readonly id: NodeId;
  readonly disk: DiskId;
  /** The newest process of this node, whether it still runs or not. */
  readonly process: ProcessIdentity | null;
}

export type ReadRecord =
  | { readonly type: 'record'; readonly record: ClusterRecord }
  | { readonly type: 'missing' }
  /** Damaged, but ours. */
  | { readonly type: 'corrupt'; readonly reason: string }
  /** Not ours: nothing of it is touched. */
  | { readonly type: 'foreign'; readonly reason: string }
  | { readonly type: 'newer'; readonly schema: string };

export function newToken(): string {
  return randomBytes(16).toString('hex');
}

/** What the environment of the cluster's processes carries: tells them apart, but opens nothing. */
export function markOf(token: string): string {
  return createHash('sha256').update(`replab mark ${token}`).digest('hex').slice(0, 16);
}

export function readRecord(dir: string): ReadRecord {
  let text: string;
  try {
    text = readFileSync(recordPath(dir), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return { type: 'corrupt', reason: message };
    return existsSync(join(dir, 'nodes'))
      ? { type: 'corrupt', reason: 'cluster.json is missing beside the data of nodes' }
      : { type: 'missing' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return beginsLikeOurs(text)
      ? { type: 'corrupt', reason: 'cluster.json is not whole' }
      : { type: 'foreign', reason: 'Its cluster.json is not a record of replab' };
  }
  const read = judge(value);
  const name = read.type === 'record' ? read.record.spec.name : null;
  return name === null || name === basename(dir)
    ? read
    : { type: 'corrupt', reason: `it is that of cluster ${name}` };
}

/** All or nothing: `disk-full` or `state-unwritable` leave the record as it was. */
export function writeRecord(dir: string, record: ClusterRecord): void {
  const path = recordPath(dir);
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    rmSync(`${path}.new`, { force: true });
    throw unwritable(path, error);
  }
}

function recordPath(dir: string): string {
  return join(dir, 'cluster.json');
}

/** A record cut short anywhere, or one whose blocks never reached the disk. */
function beginsLikeOurs(text: string): boolean {
  const head = '{"schema":"replab.cluster/';
  const begin = text.slice(0, 100).replaceAll(/[\s\0]/g, '');
  return head.startsWith(begin) || begin.startsWith(head);
}

function judge(value: unknown): ReadRecord {
  const record = value as Partial<ClusterRecord> | null;
  if (typeof record !== 'object' || record === null)
    return { type: 'foreign', reason: 'Its cluster.json is not a record of replab' };
  const { schema } = record as { schema?: unknown };
  if (typeof schema !== 'string' || !schema.startsWith('replab.cluster/')) {
    return { type: 'foreign', reason: 'Its cluster.json is not a record of replab' };
  }
  if (schema !== recordSchema) return { type: 'newer', schema };
  const missing = Object.entries(shape).find(([field, fits]) => !fits(record[field as keyof ClusterRecord]));
  if (missing !== undefined)
    return { type: 'corrupt', reason: `cluster.json lacks a proper \`${missing[0]}\`` };
  return { type: 'record', record: completed(record as ClusterRecord) };
}

/** Before there were shards, a cluster had one. */
function completed(record: ClusterRecord): ClusterRecord {
  const { shards = 1 } = record.spec as Partial<ClusterSpec>;
  return { ...record, spec: { ...record.spec, shards } };
}

/** Deep enough that nothing which passes makes its reader throw, or signal what it should not. */
const shape: { readonly [K in keyof ClusterRecord]-?: (value: unknown) => boolean } = {
  schema: isText,
  spec: (value) =>
    isObject(value) &&
    isText(value.name) &&
    isText(value.mode) &&
    isText(value.engine) &&
    isText(value.durability) &&
    isList(value.nodes, isText) &&
    (value.shards === undefined || isCount(value.shards)) &&
    isObject(value.options) &&
    (value.regions === undefined || areRegions(value.regions)),
  token: (value) => isText(value) && value.length >= 16,
  phase: (value) => isText(value) && ['starting', 'ready', 'stopping', 'kept'].includes(value),
  supervisor: isIdentity,
  socket: isText,
  faults: (value) => isList(value, (fault) => isObject(fault) && isText(fault.id) && isObject(fault.params)),
  nextFault: isCount,
  highestBallot: isCount,
  nodes: (value) =>
    isList(
      value,
      (node) =>
        isObject(node) &&
        isText(node.id) &&
        isCount(node.disk) &&
        (node.process === null || isIdentity(node.process)),
    ),
  loads: (value) => value === undefined || isList(value, isIdentity),
};

function areRegions(value: unknown): boolean {
  if (!isObject(value) || !isObject(value.of) || !isObject(value.latencyMs)) return false;
  const rows = Object.values(value.latencyMs);
  return (
    Object.values(value.of).every(isText) &&
    rows.every((row) => isObject(row) && isList(Object.values(row), isTime))
  );
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** pid 0 and negative ones mean groups to kill(2): never a process of ours. */
function isIdentity(value: unknown): boolean {
  return isObject(value) && isCount(value.pid) && value.pid > 1 && isText(value.startTime);
}
