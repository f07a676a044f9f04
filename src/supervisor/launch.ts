import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '../cluster/snapshot.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { connectControl, type ControlClient } from '../control/client.ts';
import { readRecord } from '../control/cluster-record.ts';
import { errorFromWire, ReplabError } from '../control/errors.ts';
import { clusterDir, makePrivateDir, paths, refuseForeign } from '../control/state-dir.ts';
import { entryFile } from '../engines/entries.ts';
import { lastWords } from '../engines/log-tail.ts';
import type { FromSupervisor, ToSupervisor } from './launch-message.ts';
import { refuseTooLowLimits } from './machine-limits.ts';

/** What a supervisor may take to end what it has started, before it is ended itself and the nodes with it. */
const abandonMs = 15_000;

export interface LaunchOptions {
  readonly root: string;
  readonly name: string;
  /** Null: as the kept data have it. */
  readonly spec: ClusterSpec | null;
  /** The cluster ends with this process, however that ends; data that were there before stay. */
  readonly bound?: boolean;
  /** Aborting takes the half-started cluster down, then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  onProgress?(line: string): void;
}

export interface Launched {
  readonly client: ControlClient;
  readonly dir: string;
  readonly spec: ClusterSpec;
  readonly snapshot: Snapshot;
  /** Its data were there before. */
  readonly kept: boolean;
  /** Processes that a supervisor which died had left, and that have been ended. */
  readonly reaped: number;
  /** The number of the event that its start is. */
  readonly event: number;
}

/**
 * Starts a cluster's supervisor as a daemon and returns when every node is ready and every follower has caught
 * up. If this process goes away before that, the cluster does too. Throws a `ReplabError`; then nothing runs.
 */
export async function launchCluster(options: LaunchOptions): Promise<Launched> {
  const dir = clusterDir(options.root, options.name);
  options.signal?.throwIfAborted();
  refuseTooLowLimits(nodesOf(dir, options));
  const child = spawnSupervisor(dir);
  const exited = once(child, 'exit').catch(() => {});
  const abort = Promise.withResolvers<never>();
  abort.promise.catch(() => {});
  const onAbort = (): void => abort.reject(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  let client: ControlClient | null = null;
  try {
    const listening = await Promise.race([greet(child, dir, options), abort.promise]);
    const { spec, kept, reaped, event } = listening;
    client = await connectControl({
      socketPath: listening.socket,
      token: listening.token,
      cluster: options.name,
    });
    const onItem = ({ progress }: { readonly progress: string }): void => options.onProgress?.(progress);
    const snapshot = await Promise.race([client.request('ready', {}, { onItem }), abort.promise]);
    if (options.bound !== true) child.disconnect();
    child.channel?.unref();
    child.unref();
    return { client, dir, spec, snapshot, kept, reaped, event };
  } catch (error) {
    client?.close();
    // Its launcher gone, it takes down what it has started, and ends.
    if (child.connected) child.disconnect();
    await Promise.race([exited, wait(abandonMs, undefined, { ref: false })]);
    child.kill('SIGKILL');
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** As asked for, or as kept; what is neither is refused by the supervisor, which says why. */
function nodesOf(dir: string, { spec }: LaunchOptions): number {
  const read = readRecord(dir);
  const kept = read.type === 'record' ? read.record.spec.nodes.length : 0;
  return spec?.nodes.length ?? kept;
}

function spawnSupervisor(dir: string): ChildProcess {
  const logFile = paths.supervisorLog(dir);
  refuseForeign(dir);
  makePrivateDir(dirname(logFile));
  const log = openSync(logFile, 'a', 0o600);
  try {
    // Not execa: a daemon outlives this process, and is spoken to over its channel only until it is up.
    return spawn(process.execPath, [entryFile('supervisor'), dir], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

type Listening = FromSupervisor & { readonly type: 'listening' };

/** Tells it what to start; answers once it listens, or rejects with what it said or left in its log. */
function greet(
  child: ChildProcess,
  dir: string,
  { name, spec, bound = false }: LaunchOptions,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const failed = (): void => {
      const detail = lastWords(paths.supervisorLog(dir));
      reject(new ReplabError('supervisor-failed', { cluster: name, ...(detail === null ? {} : { detail }) }));
    };
    child.once('error', failed);
    child.once('exit', failed);
    child.once('message', (message) => {
      const answer = message as FromSupervisor;
      if (answer.type === 'listening') resolve(answer);
      else reject(errorFromWire(answer.code, answer.facts));
    });
    const start: ToSupervisor = { type: 'start', spec, bound };
    child.send(start, () => {});
  });
}
