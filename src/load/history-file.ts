import { closeSync, openSync, writeSync } from 'node:fs';
import { unwritable } from '../control/errors.ts';
import type { Header, Operation, Outcome } from '../history/operation.ts';
import type { Value } from '../history/value.ts';

/** What is told when an operation is begun. */
export interface Begun {
  readonly process: number;
  readonly session: string;
  readonly f: string;
  readonly key: string;
  readonly value: Value;
  readonly final?: true;
}

/** An operation that was begun: `ended` says what became of it. */
export interface OpenOperation {
  readonly startMs: number;
  ended(outcome: Outcome, node: string | null, value: Value): Operation;
}

/** Lines wait so long at most: who is killed has lost no more than that, and no line between others. */
const waitMs = 20;

/**
 * A history that is written as it comes to be, each line after those that happened before it: however its
 * writer ends, what is there is a history, but for a line that may be torn. Throws when the disk is full.
 */
export class HistoryFile {
  readonly path: string;
  readonly #file: number;
  readonly #nowMs: () => number;
  #lines = '';
  #timer: NodeJS.Timeout | null = null;
  #failure: Error | null = null;
  #events = 0;
  #operations = 0;

  /** `header`: whatever is worth knowing beside what checkers look at. */
  constructor(path: string, header: Header & Readonly<Record<string, unknown>>, nowMs: () => number) {
    this.path = path;
    this.#nowMs = nowMs;
    try {
      this.#file = openSync(path, 'wx', 0o600);
    } catch (error) {
      throw unwritable(path, error);
    }
    this.#write({ schema: 'replab.history/1', ...header });
    this.flush();
  }

  begin({ process, session, f, key, value, final }: Begun): OpenOperation {
    const id = this.#operations;
    const start = this.#events;
    const startMs = this.#nowMs();
    const who = { process, ...(session === String(process) ? {} : { session }), f, key };
    const last = final === undefined ? {} : { final };
    this.#operations += 1;
    this.#events += 1;
    this.#write({ type: 'invoke', ...who, value, time: nanoseconds(startMs), ...last });
    return {
      startMs,
      ended: (outcome, node, output) => {
        const end = this.#events;
        const endMs = this.#nowMs();
        const shown = outcome === 'ok' ? output : value;
        this.#events += 1;
        const where = node === null ? {} : { node };
        this.#write({ type: outcome, ...who, value: shown, time: nanoseconds(endMs), ...where, ...last });
        const isOpen = outcome === 'info';
        return {
          id,
          process,
          session,
          f,
          key,
          input: value,
          output: shown,
          outcome,
          start,
          end: isOpen ? Infinity : end,
          startMs,
          endMs: isOpen ? null : endMs,
          node,
          final: final === true,
          line: start + 2,
        };
      },
    };
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#lines;
    this.#lines = '';
    if (lines === '' || this.#failure !== null) return;
    try {
      writeSync(this.#file, lines);
    } catch (error) {
      this.#failure = unwritable(this.path, error);
    }
  }

  /** Nothing more is written. Throws what went wrong before. */
  close(): void {
    this.flush();
    const failure = this.#failure;
    this.#failure ??= new Error('the history is closed');
    closeSync(this.#file);
    if (failure !== null) throw failure;
  }

  #write(line: object): void {
    if (this.#failure !== null) throw this.#failure;
    this.#lines += `${JSON.stringify(line)}\n`;
    this.#timer ??= setTimeout(() => this.flush(), waitMs);
  }
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6);
}
