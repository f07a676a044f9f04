import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Durability } from '../cluster/spec.ts';
import type { DiskId } from '../protocol/node-id.ts';
import { zeroBallot } from '../protocol/position.ts';
import { newTurn, type TurnState } from '../protocol/store-medium.ts';
import { openDataFile, type DataFile } from './data-file.ts';
import { explaining } from './database.ts';
import { corruptStore } from './store-error.ts';
import { lockNodeFile, type BootCount, type LockedNodeFile, type OpenNodeFile } from './node-file.ts';

export interface DiskOptions {
  /** Made when missing, for its owner alone. */
  readonly dir: string;
  /** Says whose data they are; any text, the same whenever they are opened. */
  readonly cluster: string;
  readonly disk: DiskId;
  /** Stores on it, the same whenever it is opened. */
  readonly shards: number;
  /** `normal`: a killed process loses nothing. `full`: nor does a machine that loses power. */
  readonly durability: Durability;
  /** Sound if absent. */
  readonly state?: DiskState;
}

/** What the disk is like at the moment it is used: how faults on it are carried out. */
export interface DiskState {
  /** Asked before anything is written in a turn, and before a boot is counted: true, and SQLite says it is full. */
  isFull(): boolean;
  /** A turn that wrote something is committed; takes as long as the disk does. */
  committed(): void;
}

export const soundDisk: DiskState = { isFull: () => false, committed: () => undefined };

/** `data.db` of the first shard, `data-1.db` of the next. */
function dataFileName(shard: number): string {
  return shard === 0 ? 'data.db' : `data-${shard}.db`;
}

/** The open files of one disk: node.db, and a data.db for each shard. What hangs on a file dies with it. */
export class DiskFiles {
  /** Of each shard. No two are open at a time. */
  readonly turns: readonly TurnState[];
  readonly state: DiskState;
  readonly #options: DiskOptions;
  readonly #data: (DataFile | null)[];
  #node: OpenNodeFile | null = null;

  /** Opens all of them, and counts a boot. Throws `StoreError` when that cannot be. */
  constructor(options: DiskOptions) {
    const shards = Array.from({ length: options.shards }, (_, shard) => shard);
    this.#options = options;
    this.state = options.state ?? soundDisk;
    this.turns = shards.map(newTurn);
    this.#data = shards.map(() => null);
    explaining(options.dir, () => mkdirSync(options.dir, { recursive: true, mode: 0o700 }));
    this.#open(shards, 'count');
  }

  /** Throws while it is closed: another shard's recovery may have failed halfway. */
  get node(): OpenNodeFile {
    if (this.#node === null) throw new Error('node.db could not be opened again');
    return this.#node;
  }

  /** Null while it is closed. */
  data(shard: number): DataFile | null {
    return this.#data[shard] ?? null;
  }

  /** Opens what a shard needs and is closed; that is no new boot. */
  open(shard: number): void {
    this.#open([shard], 'keep');
  }

  /** Of a shard that recovers: node.db too, since its part in the failed turn is in it. */
  closeToRecover(shard: number): void {
    this.#closeData(shard);
    this.#closeNode();
  }

  /** The last shard's takes node.db along. */
  close(shard: number): void {
    this.#closeData(shard);
    if (this.#data.every((data) => data === null)) this.#closeNode();
  }

  /** Nothing is fsynced from now on, not even as the files are closed. */
  forgetSyncs(): void {
    this.#node?.forgetSyncs();
    for (const data of this.#data) data?.forgetSyncs();
  }

  /**
   * node.db is locked first and settled last: a start that was cut off leaves a fresh node.db, so that the
   * next one knows that a data.db may be missing.
   */
  #open(shards: readonly number[], boot: BootCount): void {
    const locked = this.#node === null ? this.#lock() : null;
    const opened: number[] = [];
    try {
      for (const shard of shards.filter((one) => this.#data[one] === null)) {
        this.#data[shard] = this.#openData(shard, locked?.fresh ?? false);
        opened.push(shard);
      }
      if (locked !== null) this.#node = locked.settle(this.#options.disk, boot);
    } catch (error) {
      for (const shard of opened) this.#closeData(shard);
      locked?.close();
      throw error;
    }
  }

  #lock(): LockedNodeFile {
    const { dir, cluster, shards } = this.#options;
    const { turns } = this;
    return lockNodeFile({
      file: join(dir, 'node.db'),
      cluster,
      shards,
      state: this.state,
      turn: {
        get open() {
          return turns.some(({ open }) => open);
        },
      },
      lastEpoch: (shard) => this.#data[shard]?.log.last().epoch ?? zeroBallot,
    });
  }

  #openData(shard: number, freshDisk: boolean): DataFile {
    const { dir, cluster, durability } = this.#options;
    const file = join(dir, dataFileName(shard));
    // Looked at before it is opened: SQLite would make it anew, and remove the WAL beside it.
    if (!freshDisk && isBlank(file)) {
      throw corruptStore(file, 'it is missing or empty, and node.db beside it is not');
    }
    return openDataFile({
      file,
      cluster,
      durability,
      turn: this.turns[shard]!,
      state: this.state,
      freshDisk,
      keepPromise: (epoch) => this.node.keepPromise(shard, epoch),
    });
  }

  #closeData(shard: number): void {
    const data = this.#data[shard];
    this.#data[shard] = null;
    data?.close();
  }

  #closeNode(): void {
    const node = this.#node;
    this.#node = null;
    node?.close();
  }
}

function isBlank(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}
