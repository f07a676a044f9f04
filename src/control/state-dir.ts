import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { clusterNamePattern } from '../cluster/spec.ts';
import { lifeOf, type DiskId, type NodeId } from '../protocol/node-id.ts';
import { readRecord, type ReadRecord } from './cluster-record.ts';
import { ReplabError, unwritable } from './errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where all clusters of this user live: `$XDG_STATE_HOME/replab`, else `~/.local/state/replab`. */
export function stateRoot(env: Env = process.env): string {
  const base = env.XDG_STATE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), '.local', 'state'), 'replab');
}

/** The directory of a cluster, whether it exists or not. A name that is none is `usage`. */
export function clusterDir(root: string, name: string): string {
  if (!clusterNamePattern.test(name)) {
    const message = `${JSON.stringify(name)} is no cluster name: small letters, digits, dot, dash and underscore, at most 63.`;
    throw new ReplabError('usage', { message });
  }
  return join(root, name);
}

/** What a copy of a disk may be called: it becomes a file's name. */
export const copyNamePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** What a user may be called, for the same reason. */
export const identityPattern = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/;

/** What lies where in a cluster's directory. */
export const paths = {
  socket: (dir: string): string => join(dir, 'control.sock'),
  lock: (dir: string): string => join(dir, 'lock'),
  events: (dir: string): string => join(dir, 'events.ndjson'),
  supervisorLog: (dir: string): string => join(dir, 'logs', 'supervisor.log'),
  /** Results kept by `--save`. */
  saved: (dir: string): string => join(dir, 'saved'),
  /** What clients did and were told: of a load by its id, of what is done by hand as `manual`. */
  history: (dir: string, id: string): string => join(dir, 'history', `${id}.ndjson`),
  /** What a load came to. */
  loadReport: (dir: string, id: string): string => join(dir, 'history', `${id}.json`),
  loadLog: (dir: string): string => join(dir, 'logs', 'loads.log'),
  histories: (dir: string): string => join(dir, 'history'),
  /** The number of the next process of the history of what is done by hand. */
  manualProcesses: (dir: string): string => join(dir, 'history', 'processes'),
  /** What is kept of users between commands, one file each. */
  sessions: (dir: string): string => join(dir, 'sessions'),
  nodeLog: (dir: string, node: NodeId): string => join(dir, 'logs', `${node}.log`),
  /** A node's disk, each life of it in a directory of its own (P5). */
  nodeData: (dir: string, node: NodeId, disk: DiskId): string =>
    join(dir, 'nodes', node, `disk-${lifeOf(disk)}`),
  nodeHome: (dir: string, node: NodeId): string => join(dir, 'nodes', node),
  /** A copy that `disk NODE save NAME` made. */
  savedDisk: (dir: string, node: NodeId, name: string): string => join(dir, 'nodes', node, 'saved', name),
} as const;

/** Makes a directory, and those above it, that only this user may enter. */
export function makePrivateDir(path: string): void {
  try {
    makeDirs(path);
    chmodSync(path, 0o700);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Not `recursive`: Node.js 24 never comes back where a parent is there and refuses with ENOENT, as /proc does. */
function makeDirs(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (!existsSync(dirname(path))) makeDirs(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

export interface ClusterEntry {
  readonly name: string;
  readonly dir: string;
  readonly read: ReadRecord;
}

/** Every directory under the root that holds a record of ours, by name; strangers' files are passed over. */
export function listClusters(root: string): readonly ClusterEntry[] {
  let names: readonly string[];
  try {
    names = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unwritable(root, error);
  }
  return names
    .filter((name) => clusterNamePattern.test(name))
    .toSorted()
    .map((name) => ({ name, dir: join(root, name), read: readRecord(join(root, name)) }))
    .filter(({ read }) => read.type !== 'missing' && read.type !== 'foreign');
}

/** sun_path holds 108 bytes on Linux, 104 on macOS, the closing zero included. */
const maxSocketPathBytes = 100;

/**
 * Where a cluster's control socket goes: in its directory, or, when that path is too long for a socket, under
 * a short one that only this user can enter. Creates that directory; `directory-unsafe` if it is another's.
 */
export function chooseSocketPath(dir: string, env: Env = process.env): string {
  if (socketFitsIn(dir)) return paths.socket(dir);
  const name = `${createHash('sha256').update(dir).digest('hex').slice(0, 8)}.sock`;
  const short = shortSocketDirs(env).find(
    (path) => Buffer.byteLength(join(path, name)) <= maxSocketPathBytes,
  )!;
  makePrivateDirInShared(short);
  return join(short, name);
}

export function socketFitsIn(dir: string): boolean {
  return Buffer.byteLength(paths.socket(dir)) <= maxSocketPathBytes;
}

/** Where sockets may be that do not fit into their cluster's directory. */
export function shortSocketDirs(env: Env = process.env): readonly string[] {
  const runtime = env.XDG_RUNTIME_DIR;
  const own = `replab-${process.getuid?.() ?? 0}`;
  return [
    ...(runtime !== undefined && isAbsolute(runtime) ? [join(runtime, 'replab')] : []),
    ...new Set([join(tmpdir(), own), join('/tmp', own)]),
  ];
}

/** A directory others may have made before us in a place everybody can write (like /tmp): trusted only if it is ours. */
function makePrivateDirInShared(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw unwritable(path, error);
    }
  }
  const reason = distrust(path);
  if (reason !== null) throw new ReplabError('directory-unsafe', { path, detail: reason });
}

/** Why a directory that is there cannot be trusted; null when it can. */
export function distrust(path: string): string | null {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return 'It is not a directory';
  if (stat.uid !== process.getuid?.()) return 'It belongs to another user';
  return (stat.mode & 0o077) !== 0 ? 'Other users may enter it' : null;
}

/** Users with a session in a cluster's directory. */
export function identitiesIn(dir: string): readonly string[] {
  return documentsIn(paths.sessions(dir));
}

/** The names of JSON documents in a directory, which need not be there. */
export function documentsIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The history of what is done by hand, beside those of loads. */
export const manualHistory = 'manual';

/** What users saw of data that are gone: their sessions, and what they did by hand. */
export function forgetUsers(dir: string): void {
  for (const path of [paths.sessions(dir), paths.history(dir, manualHistory), paths.manualProcesses(dir)]) {
    removeTree(path);
  }
}

/** All that replab makes in a cluster's directory: what else is there is not ours. */
const ownNames: readonly string[] = [
  'cluster.json',
  'cluster.json.new',
  'control.sock',
  'events.ndjson',
  'history',
  'lock',
  'logs',
  'nodes',
  'saved',
  'sessions',
];

export function strangersIn(dir: string): readonly string[] {
  return readdirSync(dir).filter((name) => !ownNames.includes(name));
}

/** `state-foreign` when something is in the way that replab did not make. A directory that is not there is fine. */
export function refuseForeign(dir: string): void {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const read = readRecord(dir);
  if (read.type === 'foreign') throw new ReplabError('state-foreign', { path: dir, detail: read.reason });
  const [stranger] = read.type === 'missing' ? strangersIn(dir) : [];
  if (stranger === undefined) return;
  throw new ReplabError('state-foreign', { path: dir, detail: `It holds ${stranger}, and no cluster.json` });
}

/**
 * Removes a cluster's directory with its data, and its socket wherever it is. For everyone else it is gone in
 * one step, so a removal that is killed leaves no half of a cluster. What others put into it stays there.
 */
export function removeClusterDir(dir: string, socket: string | null): void {
  finishRemoval(dir);
  try {
    if (socket !== null && dirname(socket) !== dir) rmSync(socket, { force: true });
    if (!existsSync(dir)) return;
    if (strangersIn(dir).length > 0) {
      for (const name of ownNames) removeTree(join(dir, name));
      return;
    }
    renameSync(dir, removedPath(dir));
  } catch (error) {
    throw unwritable(dir, error);
  }
  finishRemoval(dir);
}

/** Goes on with a removal that was killed, if there is one; answers whether there was. */
export function finishRemoval(dir: string): boolean {
  const path = removedPath(dir);
  try {
    if (!existsSync(path)) return false;
    removeTree(path);
    return true;
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Where a directory is while it is deleted: no cluster has such a name. */
function removedPath(dir: string): string {
  return join(dirname(dir), `.${basename(dir)}~removed`);
}

function removeTree(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}
