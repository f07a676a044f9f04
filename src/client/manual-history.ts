import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorTable } from '../control/error-table.ts';
import { ReplabError, unwritable } from '../control/errors.ts';
import { makePrivateDir, manualHistory, paths } from '../control/state-dir.ts';
import type { Value } from '../history/value.ts';
import type { NodeId } from '../protocol/node-id.ts';

/** An operation as histories say it. */
export interface RecordedOp {
  readonly f: 'write' | 'read' | 'delete' | 'incr' | 'cas' | 'txn';
  readonly key: string | null;
  readonly value: Value;
}

/** What became of it: `value` as it completed. */
export interface RecordedEnd {
  readonly type: 'ok' | 'fail';
  readonly value: Value;
  readonly node: NodeId;
}

export interface RecordOptions {
  /** The cluster's directory. */
  readonly dir: string;
  readonly nodes: readonly NodeId[];
  /** Whose operation it is; null: somebody's, who does nothing else. */
  readonly as: string | null;
  /** As it was told for an earlier operation of the same user. */
  readonly process: number | null;
}

/**
 * The operations that people make by hand, in the cluster's own history (`check` reads it): a process for each
 * user, and one for each command of nobody's. Lines are appended whole, so that writers do not mix. What is not
 * completed when its process dies is `info`, as it should be.
 *
 * What cannot be recorded is not written: somebody would read it, and the history would not know whence. A read
 * that is missing is missed by nobody, so that reads go on where the disk is full.
 */
export class ManualHistory {
  /** Null while it cannot be written. */
  readonly process: number | null;
  readonly #path: string;
  readonly #as: string | null;
  readonly #since: number;
  readonly #failure: unknown;

  constructor({ dir, nodes, as, process }: RecordOptions) {
    this.#path = paths.history(dir, manualHistory);
    this.#as = as;
    try {
      makePrivateDir(paths.histories(dir));
      begin(this.#path, nodes);
      this.process = process ?? nextProcess(paths.manualProcesses(dir));
      this.#since = statSync(this.#path).birthtimeMs;
      this.#failure = null;
    } catch (error) {
      this.process = process;
      this.#since = 0;
      this.#failure = error;
    }
  }

  /** Runs it between its two lines. What `run` throws is `fail` when it is definite, else `info`. */
  async record<T>(op: RecordedOp, run: () => Promise<T>, endOf: (done: T) => RecordedEnd): Promise<T> {
    let file: number;
    try {
      file = this.#begin({ type: 'invoke', ...op });
    } catch (error) {
      if (op.f === 'read') return run();
      throw error instanceof ReplabError ? error : unwritable(this.#path, error);
    }
    try {
      const done = await run();
      this.#end(file, { ...op, ...endOf(done) });
      return done;
    } catch (error) {
      this.#end(file, { type: definite(error, op) ? 'fail' : 'info', ...op, ...nodeIn(error) });
      throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Answers the file: of what begins before a reset, the end is nothing for the history that begins after it. */
  #begin(event: object): number {
    if (this.#failure !== null) throw unwritable(this.#path, this.#failure);
    const file = openSync(this.#path, constants.O_WRONLY | constants.O_APPEND);
    try {
      this.#append(file, event);
      return file;
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Without the line of its end an operation may have happened or not. */
  #end(file: number, event: object): void {
    try {
      this.#append(file, event);
    } catch {
      // What was done is done.
    }
  }

  #append(file: number, event: object): void {
    const time = Math.max(0, Math.round((Date.now() - this.#since) * 1e6));
    const who = { process: this.process, ...(this.#as === null ? {} : { session: this.#as }) };
    appendFileSync(file, `${JSON.stringify({ ...event, ...who, time })}\n`);
  }
}

/** A reading changes nothing: one that came to nothing did nothing. */
function definite(error: unknown, { f }: RecordedOp): boolean {
  return f === 'read' || (error instanceof ReplabError && errorTable[error.code].definite);
}

function nodeIn(error: unknown): { readonly node?: string } {
  const node = error instanceof ReplabError ? error.facts['node'] : undefined;
  return typeof node === 'string' ? { node } : {};
}

/** With the first line, or not at all, whoever comes first. */
function begin(path: string, nodes: readonly NodeId[]): void {
  if (existsSync(path)) return;
  const header = { schema: 'replab.history/1', nodes, initial: null };
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(header)}\n`, { mode: 0o600 });
  unlessThere(() => linkSync(temporary, path));
  rmSync(temporary, { force: true });
}

/** The directory holds one entry, whose name is the number: who renames it to the next one has it for himself. */
function nextProcess(dir: string): number {
  if (!existsSync(dir)) {
    const temporary = `${dir}.${process.pid}`;
    mkdirSync(join(temporary, '0'), { recursive: true, mode: 0o700 });
    unlessThere(() => renameSync(temporary, dir));
    rmSync(temporary, { recursive: true, force: true });
  }
  for (;;) {
    const number = Number(readdirSync(dir)[0]);
    try {
      renameSync(join(dir, String(number)), join(dir, String(number + 1)));
      return number;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Numbers as numbers, so that what was counted and what was written are the same. */
export function historyValue(text: string | null): Value {
  if (text === null || !/^(0|-?[1-9]\d{0,14})$/.test(text)) return text;
  return Number(text);
}
