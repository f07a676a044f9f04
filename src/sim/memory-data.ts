import { logOf, type TurnLog } from '../protocol/log-core.ts';
import type { Ballot } from '../protocol/position.ts';
import { stateOf } from '../protocol/state-core.ts';
import type { Head, Medium, TurnState } from '../protocol/store-medium.ts';
import type { State } from '../protocol/store.ts';
import type { Journal } from './memory-journal.ts';
import {
  emptyHead,
  memoryDedupe,
  memoryKv,
  memoryLog,
  type Clients,
  type Copied,
  type Row,
  type Values,
} from './memory-tables.ts';

/** A copy of data.db. */
export interface DataCopy {
  readonly head: Head;
  readonly values: Values;
  readonly rows: readonly Row[];
  readonly clients: Clients;
}

/** The twin of data.db. */
export interface MemoryData extends Copied<DataCopy> {
  readonly log: TurnLog;
  readonly state: State;
  /** Takes back what this turn did. */
  rollback(): void;
  /** Takes back the newest commits. */
  lose(commits: number): void;
}

export function memoryData(
  journal: Journal,
  turn: TurnState,
  keepPromise: (epoch: Ballot) => void,
): MemoryData {
  const head = emptyHead();
  const kv = memoryKv(journal, head);
  const table = memoryLog(journal, head);
  const dedupe = memoryDedupe(journal);
  const medium: Medium = {
    turn,
    head: () => head,
    write() {
      // The head is changed in place, by cores and tables alike: it goes back as a whole.
      const before: Head = { ...head };
      journal.write(() => void Object.assign(head, before));
    },
    atomically(work) {
      const back = journal.mark();
      const before: Head = { ...head };
      const done = work();
      if (!done) {
        back();
        Object.assign(head, before);
      }
      return done;
    },
    kv,
    log: table,
    dedupe,
    keepPromise,
  };
  const log = logOf(medium);
  return {
    log,
    state: stateOf(medium, log),
    rollback() {
      journal.rollback();
      kv.taken();
      log.startTurn();
    },
    lose(commits) {
      journal.lose(commits);
      kv.taken();
      log.startTurn();
    },
    copy: () => ({ head: { ...head }, values: kv.copy(), rows: table.copy(), clients: dedupe.copy() }),
    load(copy) {
      kv.load(copy.values);
      table.load(copy.rows);
      dedupe.load(copy.clients);
      Object.assign(head, copy.head);
      log.startTurn();
    },
  };
}
