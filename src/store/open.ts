import { assert } from '../lib/assert.ts';
import type { Entry } from '../protocol/entry.ts';
import type { HostStore, Local, Log, State } from '../protocol/store.ts';
import type { TurnState } from '../protocol/store-medium.ts';
import type { DataFile } from './data-file.ts';
import { DiskFiles, type DiskOptions } from './session.ts';

export interface SqliteStore extends HostStore {
  /** The disk is full when data.db has this many pages; null: when the disk is. Outlives `recover`. */
  limitPages(pages: number | null): void;
}

/** A disk with one shard: its store. `close` closes the disk. Throws as `openDisk` does. */
export function openStore(options: Omit<DiskOptions, 'shards'>): SqliteStore {
  return openDisk({ ...options, shards: 1 })[0]!;
}

/**
 * Opens the disk in `options.dir`, counts a boot, and answers with a store for each shard. They share node.db:
 * disk and boot are the disk's, promises and discarded entries a shard's own; the last that is closed closes it.
 * Turns of two must not overlap. Throws `StoreError` when it cannot be opened.
 */
export function openDisk(options: DiskOptions): readonly SqliteStore[] {
  const files = new DiskFiles(options);
  return files.turns.map((_, shard) => new ShardStore(files, shard));
}

/** `local`, `log` and `state` are to be asked for anew after `recover`, which may open the files again. */
class ShardStore implements SqliteStore {
  readonly #files: DiskFiles;
  readonly #shard: number;
  readonly #turn: TurnState;
  /** A turn has failed since the files were opened: recovery opens them again. */
  #failed = false;
  /** What is in memory may not be what is on disk. */
  #stale = false;
  #pageLimit: number | null = null;

  constructor(files: DiskFiles, shard: number) {
    this.#files = files;
    this.#shard = shard;
    this.#turn = files.turns[shard]!;
  }

  get local(): Local {
    assert(this.#data !== null, 'a store is used while it is open');
    return this.#files.node.local(this.#shard);
  }

  get log(): Log {
    return this.#open.log;
  }

  get state(): State {
    return this.#open.state;
  }

  begin(): void {
    assert(
      !this.#turn.open && !this.#stale,
      'a turn begins after the one before has ended or was recovered from',
    );
    const { log } = this.#open;
    // Throws while node.db is closed: its part of the turn may come at any time.
    void this.#files.node;
    log.startTurn();
    this.#turn.open = true;
  }

  commit(): readonly Entry[] {
    assert(this.#turn.open, 'a turn is committed once');
    assert(this.#turn.unlogged === 0, 'what a turn wrote is in the log');
    this.#endTurn();
    this.#failed = this.#stale = true;
    const entries = commit(this.#files, this.#open);
    this.#failed = this.#stale = false;
    return entries;
  }

  rollback(): void {
    if (!this.#turn.open) return;
    this.#endTurn();
    this.#failed = true;
    this.#stale = !rolledBack(this.#files, this.#data);
  }

  recover(): void {
    this.#endTurn();
    if (this.#failed) this.#files.closeToRecover(this.#shard);
    this.#files.open(this.#shard);
    if (this.#pageLimit !== null) this.#open.limitPages(this.#pageLimit);
    this.#files.node.reload();
    this.#open.reload();
    this.#failed = this.#stale = false;
  }

  close(): void {
    this.#endTurn();
    this.#files.close(this.#shard);
  }

  abandon(): void {
    this.#files.forgetSyncs();
    this.close();
  }

  limitPages(pages: number | null): void {
    this.#pageLimit = pages;
    this.#data?.limitPages(pages);
  }

  get #data(): DataFile | null {
    return this.#files.data(this.#shard);
  }

  get #open(): DataFile {
    const data = this.#data;
    assert(data !== null, 'a store is used while it is open');
    return data;
  }

  #endTurn(): void {
    this.#turn.open = false;
    this.#turn.unlogged = 0;
  }
}

/** node.db first (B0.3): a promise may outlive the turn that made it, the turn never its promise. */
function commit({ node, state }: DiskFiles, data: DataFile): readonly Entry[] {
  const entries = data.log.fresh();
  const wrote = node.transaction.begun || data.transaction.begun;
  node.transaction.commit();
  if (data.transaction.begun) data.saveHead();
  data.transaction.commit();
  if (wrote) state.committed();
  data.log.startTurn();
  return entries;
}

/** Never throws. False when what is in memory may not be what is on disk. */
function rolledBack(files: DiskFiles, data: DataFile | null): boolean {
  try {
    files.node.transaction.rollback();
    data?.transaction.rollback();
    files.node.reload();
    data?.reload();
    return data !== null;
  } catch {
    return false;
  }
}
