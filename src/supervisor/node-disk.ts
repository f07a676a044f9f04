import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Durability } from '../cluster/spec.ts';
import { ReplabError } from '../control/errors.ts';
import { paths } from '../control/state-dir.ts';
import type { EngineDisk, LostUnsynced, NodeProcess, Synced } from '../engines/engine.ts';
import { conditionsOf } from '../faults/faults.ts';
import { diskOf, lifeOf, type DiskId, type NodeId } from '../protocol/node-id.ts';
import type { NodeHits } from './node-hits.ts';
import type { RecordFile } from './record-file.ts';

export interface DiskWorld {
  readonly cluster: string;
  /** The cluster's directory. */
  readonly dir: string;
  readonly durability: Durability;
  readonly record: RecordFile;
  readonly hits: NodeHits;
  readonly engine: { readonly disk: EngineDisk };
}

interface NextDisk {
  readonly id: DiskId;
  readonly dir: string;
}

const unsynced: Synced = { salts: null, frames: 0 };

/**
 * The disks of one node, one after another: each in a directory of its own, so that a new one is filled
 * before the record names it, and whoever dies meanwhile leaves either. Ids are never used twice (P5).
 */
export class NodeDisk {
  readonly node: NodeId;
  readonly #world: DiskWorld;
  /** Up to where it was fsynced when that began to matter. */
  #synced = unsynced;

  constructor(node: NodeId, world: DiskWorld) {
    this.node = node;
    this.#world = world;
  }

  get id(): DiskId {
    return this.#world.record.now.nodes.find(({ id }) => id === this.node)!.disk;
  }

  get dir(): string {
    return paths.nodeData(this.#world.dir, this.node, this.id);
  }

  /** From now on an empty one. */
  async wipe(): Promise<void> {
    await this.#replace(({ dir }) => mkdir(dir, { recursive: true, mode: 0o700 }));
  }

  /** Copies it under a name; the process that writes to it, if any, is frozen meanwhile. */
  async save(
    name: string,
    process: NodeProcess | null,
  ): Promise<{ readonly bytes: number; readonly frozenMs: number }> {
    const to = paths.savedDisk(this.#world.dir, this.node, name);
    const freezes = process?.state() === 'alive';
    const from = performance.now();
    let bytes: number;
    try {
      if (freezes) await process?.pause();
      bytes = await this.#world.engine.disk.copy(this.dir, `${to}.new`, null);
    } finally {
      if (freezes) process?.resume();
    }
    const frozenMs = freezes ? Math.round(performance.now() - from) : 0;
    await rm(to, { recursive: true, force: true });
    await rename(`${to}.new`, to);
    return { bytes, frozenMs };
  }

  /** From now on a copy of what was saved, with a new id: nothing may count it for what the former one did. */
  async restore(name: string): Promise<number> {
    const from = paths.savedDisk(this.#world.dir, this.node, name);
    let bytes = 0;
    await this.#replace(async ({ id, dir }) => {
      bytes = await this.#world.engine.disk.copy(from, dir, id);
    });
    return bytes;
  }

  /** `no-such-copy` when nothing was saved under that name. */
  async refuseIfMissing(name: string): Promise<void> {
    const { cluster, dir } = this.#world;
    const all = await readdir(paths.savedDisk(dir, this.node, '')).catch(() => []);
    const names = all.filter((one) => !one.endsWith('.new')).toSorted();
    if (names.includes(name)) return;
    throw new ReplabError('no-such-copy', { cluster, node: this.node, name, names: names.join(', ') });
  }

  /** It may forget, from now on, what is not fsynced: so what it has by now is. */
  async sync(): Promise<void> {
    if (this.#forgetters().length > 0) this.#synced = await this.#world.engine.disk.sync(this.dir);
  }

  /** Its machine has died. Null when it does not forget; else what that took, and with it the disk's id. */
  async machineDied(): Promise<LostUnsynced | null> {
    const { engine, durability, hits } = this.#world;
    const forgetters = this.#forgetters();
    if (forgetters.length === 0) return null;
    const to = this.#next();
    const lost =
      durability === 'full'
        ? { commits: 0, bytes: 0 }
        : await engine.disk.loseUnsynced({ from: this.dir, synced: this.#synced }, { to: to.dir, as: to.id });
    for (const id of forgetters) {
      hits.count(id, { kills: 1, lostCommits: lost.commits, lostBytes: lost.bytes });
    }
    if (lost.commits > 0) await this.#turnTo(to);
    return lost;
  }

  #forgetters(): readonly string[] {
    return conditionsOf(this.#world.record.now.faults, this.node).by.diskForgets;
  }

  async #replace(fill: (to: NextDisk) => Promise<unknown>): Promise<void> {
    const to = this.#next();
    await rm(to.dir, { recursive: true, force: true });
    await fill(to);
    await this.#turnTo(to);
  }

  #next(): NextDisk {
    const id = diskOf(this.node, lifeOf(this.id) + 1);
    return { id, dir: paths.nodeData(this.#world.dir, this.node, id) };
  }

  async #turnTo({ id }: NextDisk): Promise<void> {
    const former = this.dir;
    this.#world.record.tookDisk(this.node, id);
    this.#synced = unsynced;
    await rm(former, { recursive: true, force: true });
  }
}

/** What a supervisor that died left of disks that are no longer, or not yet, a node's. */
export async function removeOtherDisks(dir: string, node: NodeId, disk: DiskId): Promise<void> {
  const home = paths.nodeHome(dir, node);
  const others = (await readdir(home)).filter(
    (name) => name.startsWith('disk-') && join(home, name) !== paths.nodeData(dir, node, disk),
  );
  await Promise.all(others.map((name) => rm(join(home, name), { recursive: true, force: true })));
}
