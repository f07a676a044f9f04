import { assert } from '../lib/assert.ts';
import type { Rng } from '../lib/rng.ts';
import { diskOf, type DiskId, type NodeId } from '../protocol/node-id.ts';
import type { SimMachine } from './machine.ts';
import type { DiskCopy, MemoryStore } from './memory-store.ts';

/** The disks of one node, one after another. All but `open` and `save` is for when no process runs. */
export class SimDisk {
  store: MemoryStore;
  readonly #node: NodeId;
  readonly #machine: SimMachine;
  readonly #make: (disk: DiskId) => MemoryStore;
  readonly #rng: Rng;
  /** Counts from 1: no disk has the id of one before. */
  #life = 1;
  /** A process has had this disk open before. */
  #used = false;
  #forgets = false;
  #saved: DiskCopy | null = null;

  constructor(node: NodeId, machine: SimMachine, make: (disk: DiskId) => MemoryStore, rng: Rng) {
    this.#node = node;
    this.#machine = machine;
    this.#make = make;
    this.#rng = rng;
    this.store = make(this.id);
  }

  get id(): DiskId {
    return diskOf(this.#node, this.#life);
  }

  /** Another process opens it. */
  open(): void {
    if (this.#used) this.store.reopen();
    if (this.#forgets) this.store.setForgetting(true);
    this.#used = true;
  }

  /** The conditions of its machine have changed. */
  conditionsChanged(): void {
    const { diskForgets } = this.#machine.conditions;
    this.#fill();
    if (diskForgets !== this.#forgets) this.store.setForgetting(diskForgets);
    this.#forgets = diskForgets;
  }

  /** An empty disk under a new id, which no earlier promise, ack or epoch belongs to (P5). */
  wipe(): void {
    this.#life += 1;
    this.#replace();
  }

  /** What it holds is kept as the copy that `restore` brings back. */
  save(): void {
    this.#saved = this.store.copy();
  }

  get isSaved(): boolean {
    return this.#saved !== null;
  }

  /** The saved copy comes back: log, state, promises and discarded of then, under a new id (P5). */
  restore(): void {
    assert(this.#saved !== null, 'only what was saved comes back', { node: this.#node });
    this.#life += 1;
    this.#replace();
    this.store.load(this.#saved);
  }

  /**
   * Its machine has died: what was not fsynced is lost, up to a checkpoint that may have been made at any time.
   * Answers how many commits; a disk that lost some has a new id (P5).
   */
  loseUnsynced(): number {
    if (!this.#forgets) return 0;
    const commits = this.#rng.between(0, this.store.unsynced());
    this.#machine.hit('diskForgets', 'kills');
    this.#machine.hit('diskForgets', 'lostCommits', commits);
    if (commits === 0) return 0;
    this.#life += 1;
    this.store.loseUnsynced(commits, this.id);
    return commits;
  }

  #replace(): void {
    this.store = this.#make(this.id);
    this.#fill();
    this.store.setForgetting(this.#forgets);
    this.#used = false;
  }

  #fill(): void {
    const refused = (): void => this.#machine.hit('diskFull', 'refused');
    this.store.setFull(this.#machine.conditions.diskFull ? refused : null);
  }
}
