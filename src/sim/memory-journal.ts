import { assert } from '../lib/assert.ts';
import type { TurnState } from '../protocol/store-medium.ts';

/** How each change of a turn is taken back: the twin of one SQLite transaction. */
export interface Journal {
  /** To be called before every write, with what undoes it. */
  write(undo: () => void): void;
  readonly begun: boolean;
  /** Now; the answer takes back what was written since. */
  mark(): () => void;
  commit(): void;
  rollback(): void;
  /** From now on commits can be lost again; or, when false, those so far cannot any more. */
  remember(commits: boolean): void;
  /** Commits since it remembers them. */
  remembered(): number;
  /** Takes back the newest commits, so many of those it remembers; it then remembers none. */
  lose(commits: number): void;
  /** The next write throws: the disk is full. */
  failNextWrite(): void;
  /** Every write throws, and is told of, until it is called again. */
  setFull(refused: (() => void) | null): void;
}

export function journalOf(turn: TurnState): Journal {
  const undos: (() => void)[] = [];
  const committed: (() => void)[][] = [];
  let remembers = false;
  let failing = false;
  let refused: (() => void) | null = null;
  const backTo = (count: number): void => {
    while (undos.length > count) undos.pop()!();
  };
  return {
    get begun() {
      return undos.length > 0;
    },
    write(undo) {
      assert(turn.open, 'a store is written only between begin and commit');
      if (failing || refused !== null) {
        failing = false;
        refused?.();
        throw new Error('disk full (injected)');
      }
      undos.push(undo);
    },
    mark() {
      const count = undos.length;
      return () => backTo(count);
    },
    commit() {
      const all = undos.splice(0);
      if (remembers && all.length > 0) committed.push(all);
    },
    rollback: () => backTo(0),
    remember(commits) {
      remembers = commits;
      committed.length = 0;
    },
    remembered: () => committed.length,
    lose(commits) {
      assert(undos.length === 0, 'what is under way is rolled back before', { commits });
      for (const all of committed.slice(committed.length - commits).toReversed()) {
        for (const undo of all.toReversed()) undo();
      }
      committed.length = 0;
    },
    failNextWrite: () => void (failing = true),
    setFull: (now) => void (refused = now),
  };
}
