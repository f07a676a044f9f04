import type { Snapshot } from '../cluster/snapshot.ts';
import type { ClusterSpec } from '../cluster/spec.ts';
import type { Methods } from '../control/message.ts';
import { serveControl, type ControlServer } from '../control/server.ts';
import { removeClusterDir } from '../control/state-dir.ts';
import type { Proxy } from '../proxy/host.ts';
import { claimCluster, type Claim } from './claim.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { bringUp, takeDown } from './lifecycle.ts';
import { createHandlers, type Life } from './methods.ts';

export interface SupervisorOptions {
  /** The cluster's directory. */
  readonly dir: string;
  readonly name: string;
  /** Null: as its kept data have it. */
  readonly spec: ClusterSpec | null;
  /** Already starting: its thread loads while the cluster is claimed. */
  readonly proxy: Promise<Proxy>;
}

/** Claims the cluster, listens on its control socket, and goes on to bring it up. Throws why it could not. */
export async function startSupervisor({ dir, name, spec, proxy }: SupervisorOptions): Promise<Supervisor> {
  const claim = await claimCluster(dir, name, spec);
  try {
    const cluster = await createCluster(dir, claim.record, await proxy);
    const supervisor = new Supervisor(cluster, claim);
    await supervisor.begin();
    return supervisor;
  } catch (error) {
    // It never ran: what was there before stays, and nothing else.
    try {
      if (claim.kept) claim.record.tryChange({ phase: 'kept' });
      else removeClusterDir(dir, claim.record.now.socket);
    } finally {
      claim.lock.release();
    }
    throw error;
  }
}

type Progress = (line: string) => void;

/** One cluster, from its claim to its end. */
export class Supervisor implements Life {
  readonly claim: Claim;
  /** The number of its start's event; 0 before it. */
  event = 0;
  readonly #cluster: Cluster;
  readonly #listeners = new Set<Progress>();
  /** The last line of progress: who asks later hears where things are. */
  #said: string | null = null;
  readonly #isDown = Promise.withResolvers<void>();
  #server: ControlServer | null = null;
  #up: Promise<void> | null = null;
  #goingDown: Promise<Methods['down']['result']> | null = null;

  constructor(cluster: Cluster, claim: Claim) {
    this.#cluster = cluster;
    this.claim = claim;
  }

  async begin(): Promise<void> {
    const { record, events, proxy } = this.#cluster;
    const { socket, token, spec } = record.now;
    if (this.claim.reaped > 0) events.append(null, 'reaped', { processes: this.claim.reaped });
    const handlers = createHandlers(this.#cluster, this);
    this.#server = await serveControl({ socketPath: socket, token, handlers });
    const { kept } = this.claim;
    this.event = events.append(null, 'up', { nodes: spec.nodes.length, mode: spec.mode, kept });
    this.#up = this.#bringUp();
    // Whoever asks for `ready` hears of a failure; nobody has to ask.
    this.#up.catch(() => {});
    void proxy.ended.then((error) => (error === null ? null : this.#onProxyEnded(error)));
  }

  phase(): Snapshot['phase'] {
    const { phase } = this.#cluster.record.now;
    return this.#goingDown === null && phase !== 'kept' ? phase : 'stopping';
  }

  /** Settles when the cluster is ready, or is down again because it could not get ready. */
  ready(progress: Progress): Promise<void> {
    return this.#listening(progress, this.#up ?? Promise.resolve());
  }

  /** Takes the cluster down, once: later calls share the first. */
  down(keep: boolean, progress: Progress): Promise<Methods['down']['result']> {
    this.#goingDown ??= this.#takeDown(keep).finally(() => this.#isDown.resolve());
    return this.#listening(progress, this.#goingDown);
  }

  /** Settles when the cluster is down and nobody is connected any more. */
  async ended(): Promise<void> {
    await this.#isDown.promise;
    await this.#server?.close();
    this.claim.lock.release();
  }

  async #bringUp(): Promise<void> {
    try {
      await bringUp(this.#cluster, this.claim.kept, (line) => this.#say(line));
    } catch (error) {
      await this.down(this.claim.kept, () => {});
      throw error;
    }
  }

  async #takeDown(keep: boolean): Promise<Methods['down']['result']> {
    this.#cluster.record.tryChange({ phase: 'stopping' });
    return await takeDown(this.#cluster, keep, (line) => this.#say(line));
  }

  /** Without links there is no cluster; what the nodes have is kept. */
  async #onProxyEnded(error: Error): Promise<void> {
    console.error(error);
    if (this.#goingDown === null) this.#cluster.events.append(null, 'proxy-ended', { reason: error.message });
    await this.down(true, () => {});
  }

  #say(line: string): void {
    this.#said = line;
    for (const listener of this.#listeners) listener(line);
  }

  #listening<T>(progress: Progress, done: Promise<T>): Promise<T> {
    if (this.#said !== null) progress(this.#said);
    this.#listeners.add(progress);
    return done.finally(() => this.#listeners.delete(progress));
  }
}
