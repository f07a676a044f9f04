import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Durability } from '../cluster/spec.ts';
import { ReplabError } from '../control/errors.ts';
import { paths } from '../control/state-dir.ts';
import {
  nothingSynced,
  type EngineDisk,
  type LostUnsynced,
  type NodeProcess,
  type Synced,
} from '../engines/engine.ts';
import { conditionsOf } from '../faults/faults.ts';
import { diskOf, lifeOf, type DiskId, type NodeId } from '../protocol/node-id.ts';
import { whyNotDone } from '../engines/disk-failure.ts';
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

/** A disk that is filled, and not yet a node's. */
export interface NextDisk {
  readonly node: NodeId;
  readonly id: DiskId;
  readonly dir: string;
}

/** What the death of its machine makes of a disk. */
export interface Death {
  /** Null when it does not forget. */
  readonly lost: LostUnsynced | null;
  /** What is left; null when that is all there was. */
  readonly next: NextDisk | null;
}

/** After the name of a copy that is being made; no copy can be called so. */
const aside = '.new';

const noCommits: LostUnsynced = { commits: 0, bytes: 0 };

/**
 * The disks of one node, one after another: each in a directory of its own, so that a new one is filled
 * before the record names it, and whoever dies meanwhile leaves either. Ids are never used twice (P5). What
 * cannot be done, on a full disk for one, changes nothing.
 */
export class NodeDisk {
  readonly node: NodeId;
  readonly #world: DiskWorld;
  #forgets = false;
  /** Up to where that disk was fsynced when it began to forget. */
  #synced: { readonly disk: DiskId; readonly upTo: Synced } | null = null;

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

  /** Whether the death of its machine takes what is not fsynced. */
  get forgets(): boolean {
    return this.#forgets && this.#world.durability !== 'full';
  }

  prepareEmpty(): Promise<NextDisk> {
    return this.#prepare(({ dir }) => mkdir(dir, { recursive: true, mode: 0o700 }));
  }

  /** A copy of what was saved, with a new id: nothing may count it for what the former one did. */
  async prepareCopy(name: string): Promise<{ readonly next: NextDisk; readonly bytes: number }> {
    await this.#refuseIfMissing(name);
    const from = paths.savedDisk(this.#world.dir, this.node, name);
    let bytes = 0;
    const next = await this.#prepare(async ({ id, dir }) => {
      bytes = await this.#world.engine.disk.copy(from, dir, id);
    });
    return { next, bytes };
  }

  /** What it would be if its machine died now. Whoever writes to it is frozen. */
  async prepareDeath(): Promise<Death> {
    if (!this.forgets) return { lost: this.#forgets ? noCommits : null, next: null };
    const synced = this.#synced?.disk === this.id ? this.#synced.upTo : nothingSynced;
    let lost = noCommits;
    const next = await this.#prepare(async ({ id, dir }) => {
      lost = await this.#world.engine.disk.loseUnsynced({ from: this.dir, synced }, { to: dir, as: id });
    });
    return { lost, next: lost.commits > 0 ? next : null };
  }

  /** Its machine has died, and that took so much. */
  countDeath({ commits, bytes }: LostUnsynced): void {
    const { record, hits } = this.#world;
    for (const id of conditionsOf(record.now.faults, this.node).by.diskForgets) {
      hits.count(id, { kills: 1, lostCommits: commits, lostBytes: bytes });
    }
  }

  /** Copies it under a name, while whoever writes to it is frozen; `keep` makes it the copy of that name. */
  async copyAs(name: string): Promise<{ readonly bytes: number; keep(): Promise<void> }> {
    const to = paths.savedDisk(this.#world.dir, this.node, name);
    const half = `${to}${aside}`;
    const bytes = await this.#filling(half, () => this.#world.engine.disk.copy(this.dir, half, null));
    return {
      bytes,
      async keep() {
        await removeTree(to);
        await rename(half, to);
      },
    };
  }

  /**
   * From now on it may forget what is not fsynced, or never does. What it has when that begins is fsynced,
   * and not again at any other change.
   */
  async setForgets(forgets: boolean): Promise<void> {
    if (forgets && !this.#forgets) await this.#sync();
    this.#forgets = forgets;
  }

  /** A process serves from it: what it has now is what it came up with. */
  async served(): Promise<void> {
    this.#forgets = false;
    await this.setForgets(conditionsOf(this.#world.record.now.faults, this.node).diskForgets);
  }

  async #sync(): Promise<void> {
    const disk = this.id;
    this.#synced = { disk, upTo: await this.#world.engine.disk.sync(this.dir) };
  }

  /** `no-such-copy` when nothing was saved under that name. */
  async #refuseIfMissing(name: string): Promise<void> {
    const { cluster, dir } = this.#world;
    const all = await readdir(paths.savedDisk(dir, this.node, '')).catch(() => []);
    const names = all.filter((one) => !one.endsWith(aside)).toSorted();
    if (names.includes(name)) return;
    throw new ReplabError('no-such-copy', { cluster, node: this.node, name, names: names.join(', ') });
  }

  async #prepare(fill: (next: NextDisk) => Promise<unknown>): Promise<NextDisk> {
    const { node } = this;
    const id = diskOf(node, lifeOf(this.id) + 1);
    const next = { node, id, dir: paths.nodeData(this.#world.dir, node, id) };
    await removeTree(next.dir);
    await this.#filling(next.dir, () => fill(next));
    return next;
  }

  /** Nothing is left of a directory that could not be filled. */
  async #filling<T>(dir: string, fill: () => Promise<T>): Promise<T> {
    try {
      return await fill();
    } catch (error) {
      await removeTree(dir);
      throw whyNotDone(error, { cluster: this.#world.cluster, node: this.node, path: dir });
    }
  }
}

/**
 * Nodes turn to new disks, all of them or none: this is recorded when it settles. Answers with what removes
 * the former ones, for when nobody has them open any more.
 */
export async function turnTo(
  nexts: readonly NextDisk[],
  { dir, record }: Pick<DiskWorld, 'dir' | 'record'>,
): Promise<() => Promise<void>> {
  if (nexts.length === 0) return async () => {};
  const { nodes } = record.now;
  const isTurning = new Set(nexts.map(({ node }) => node));
  const formers = nodes
    .filter(({ id }) => isTurning.has(id))
    .map(({ id, disk }) => paths.nodeData(dir, id, disk));
  try {
    record.tookDisks(new Map(nexts.map(({ node, id }) => [node, id])));
  } catch (error) {
    await Promise.all(nexts.map((next) => removeTree(next.dir)));
    throw error;
  }
  return async () => void (await Promise.all(formers.map(removeTree)));
}

/** Stops a process if it runs, for its disk to be copied; answers with what lets it go on. */
export async function freeze(process: NodeProcess | null): Promise<() => void> {
  if (process?.state() !== 'alive') return () => {};
  await process.pause();
  return () => process.resume();
}

/** What a supervisor that died left of disks that are no longer, or not yet, a node's, and of copies half made. */
export async function removeOtherDisks(dir: string, node: NodeId, disk: DiskId): Promise<void> {
  const [home, saved] = [paths.nodeHome(dir, node), paths.savedDisk(dir, node, '')];
  const copies = await readdir(saved).catch(() => []);
  const others = [
    ...(await readdir(home)).filter((name) => /^disk-[1-9]\d*$/.test(name)).map((name) => join(home, name)),
    ...copies.filter((name) => name.endsWith(aside)).map((name) => join(saved, name)),
  ].filter((path) => path !== paths.nodeData(dir, node, disk));
  await Promise.all(others.map(removeTree));
}

async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
