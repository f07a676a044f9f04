import type { Snapshot } from '../cluster/snapshot.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import { attach, helloMs, onlyCluster } from '../control/attach.ts';
import type { RequestOptions } from '../control/client.ts';
import type { Method, Methods } from '../control/message.ts';
import { stateRoot } from '../control/state-dir.ts';

/** A cluster that is up, as its users see it. */
export interface Cluster {
  readonly name: string;
  readonly spec: ClusterSpec;
  readonly dir: string;
  /** As `ControlClient.request`, ended by this connection's signal unless another is given. */
  request<M extends Method>(
    method: M,
    params: Methods[M]['params'],
    options?: RequestOptions<M>,
  ): Promise<Methods[M]['result']>;
  /** Of a probe round that begins now (P13): what `expect` and `wait` look at. */
  freshSnapshot(): Promise<Snapshot>;
  /** Of the newest round: up to 100 ms old, but at once. */
  recentSnapshot(): Promise<Snapshot>;
  close(): void;
}

export interface OpenOptions {
  /** Null: the one cluster that is up. */
  readonly name: string | null;
  readonly signal?: AbortSignal;
  readonly root?: string;
  /** A supervisor that is silent for that long, at most five seconds, is `unresponsive`. */
  readonly withinMs?: number;
}

/**
 * Connects to a cluster's supervisor. Throws ReplabError: `no-cluster`, `several-clusters` without a name;
 * `no-such-cluster`, `cluster-kept`, `supervisor-gone`, `unresponsive` with one.
 */
export async function openCluster({
  name,
  signal,
  root = stateRoot(),
  withinMs = helloMs,
}: OpenOptions): Promise<Cluster> {
  const { client, spec, dir } = await attach(root, name ?? onlyCluster(root), Math.min(helloMs, withinMs));
  const own = signal === undefined ? {} : { signal };
  return {
    name: spec.name,
    spec,
    dir,
    request: (method, params, options = {}) => client.request(method, params, { ...own, ...options }),
    freshSnapshot: () => client.request('snapshot', { fresh: true }, own),
    recentSnapshot: () => client.request('snapshot', { fresh: false }, own),
    close: () => client.close(),
  };
}

/** Opens a cluster for as long as `use` takes. */
export async function withCluster<T>(
  options: OpenOptions,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await openCluster(options);
  try {
    return await use(cluster);
  } finally {
    cluster.close();
  }
}
