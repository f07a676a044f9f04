import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Durability } from '../cluster/spec.ts';
import type { Entry } from '../protocol/entry.ts';
import type { DiskId } from '../protocol/node-id.ts';
import { zeroBallot } from '../protocol/position.ts';
import type { Log, Local, State } from '../protocol/store.ts';
import type { TurnState } from '../protocol/store-medium.ts';
import { openDataFile, type DataFile } from './data-file.ts';
import { explaining } from './database.ts';
import { corruptStore } from './store-error.ts';
import { lockNodeFile, type BootCount, type OpenNodeFile } from './node-file.ts';

export interface StoreOptions {
  /** Made when missing, for its owner alone. */
  readonly dir: string;
  /** Says whose data they are; any text, the same whenever they are opened. */
  readonly cluster: string;
  readonly disk: DiskId;
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

/** Everything that hangs on the open files, and dies with them. */
export interface Session {
  readonly local: Local;
  readonly log: Log;
  readonly state: State;
  startTurn(): void;
  /** node.db first (B0.3): a promise may outlive the turn that made it, the turn never its promise. */
  commit(): readonly Entry[];
  /** Never throws. */
  rollback(): void;
  /** Forgets what is in memory for what is on disk. */
  reload(): void;
  limitPages(pages: number | null): void;
  /** Nothing is fsynced from now on, not even as the files are closed. */
  forgetSyncs(): void;
  close(): void;
}

/**
 * node.db is locked first and settled last: a start that was cut off leaves a fresh node.db, so that the
 * next one knows that data.db may be missing.
 */
export function openSession(
  { dir, cluster, disk, durability, state = soundDisk }: StoreOptions,
  turn: TurnState,
  boot: BootCount,
): Session {
  explaining(dir, () => mkdirSync(dir, { recursive: true, mode: 0o700 }));
  const opened: { data?: DataFile; node?: OpenNodeFile } = {};
  const lastEpoch = () => opened.data?.log.last().epoch ?? zeroBallot;
  const locked = lockNodeFile({ file: join(dir, 'node.db'), cluster, turn, state }, lastEpoch);
  const close = (): void => {
    opened.data?.close();
    locked.close();
  };
  try {
    // Looked at before it is opened: SQLite would make it anew, and remove the WAL beside it.
    if (!locked.fresh && isBlank(join(dir, 'data.db'))) {
      throw corruptStore(join(dir, 'data.db'), 'it is missing or empty, and node.db beside it is not');
    }
    opened.data = openDataFile({
      file: join(dir, 'data.db'),
      cluster,
      durability,
      turn,
      state,
      freshDisk: locked.fresh,
      keepPromise: (epoch) => opened.node?.keepPromise(epoch),
    });
    opened.node = locked.settle(disk, boot);
    return sessionOf(opened.node, opened.data, state, close);
  } catch (error) {
    close();
    throw error;
  }
}

function isBlank(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function sessionOf(node: OpenNodeFile, data: DataFile, state: DiskState, close: () => void): Session {
  return {
    local: node.local,
    log: data.log,
    state: data.state,
    startTurn: data.log.startTurn,
    commit() {
      const entries = data.log.fresh();
      const wrote = node.transaction.begun || data.transaction.begun;
      node.transaction.commit();
      if (data.transaction.begun) data.saveHead();
      data.transaction.commit();
      if (wrote) state.committed();
      data.log.startTurn();
      return entries;
    },
    rollback() {
      node.transaction.rollback();
      data.transaction.rollback();
    },
    reload() {
      node.reload();
      data.reload();
    },
    limitPages: data.limitPages,
    forgetSyncs() {
      node.forgetSyncs();
      data.forgetSyncs();
    },
    close,
  };
}
