import type { Value } from './value.ts';

/**
 * What is known of an operation. `ok`: it happened. `fail`: it did not and never will. `info`: it may have
 * happened, or may yet; without a completion in the history it is this too.
 */
export type Outcome = 'ok' | 'fail' | 'info';

/** A line of a history, as Jepsen writes it. */
export interface HistoryEvent {
  readonly type: 'invoke' | Outcome;
  /** Null: a line about faults, which is no operation (Jepsen's `:nemesis`). */
  readonly process: number | null;
  readonly f: string;
  readonly key: string | null;
  readonly value: Value;
  /** Milliseconds since some moment; for figures only, since clocks step. Order is the order of lines. */
  readonly atMs: number | null;
  readonly node: string | null;
  readonly session: string | null;
  readonly final: boolean;
  readonly line: number;
}

/** An invocation and what became of it. */
export interface Operation {
  /** Counts invocations, from 0. */
  readonly id: number;
  readonly process: number;
  /** Whose operations come in an order of their own: the process, unless the history names sessions. */
  readonly session: string;
  readonly f: string;
  readonly key: string | null;
  /** As invoked. */
  readonly input: Value;
  /** As completed; the input again unless it is `ok`. */
  readonly output: Value;
  readonly outcome: Outcome;
  /** Real-time order: places among the events. Invariant: start < end. `info` never ends: Infinity. */
  readonly start: number;
  readonly end: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
  /** Who answered, else who was asked. */
  readonly node: string | null;
  /** One of the reads made when all was quiet again, of every node. */
  readonly final: boolean;
  /** Of the invocation. */
  readonly line: number;
}

/** What a history may say of itself. */
export interface Header {
  /** What a register holds before the first write; undefined: not said. */
  readonly initial?: Value;
  /** Every node there is, so that one which never answers is missed. */
  readonly nodes?: readonly string[];
  /** What a key is, and which claims it was made to be checked for: whoever made it knows. */
  readonly model?: string;
  readonly claims?: readonly string[];
  /** Written line by line while it happened: its end may be torn. */
  readonly appended?: boolean;
}

export interface History {
  readonly header: Header;
  /** In order of invocation. */
  readonly operations: readonly Operation[];
  /** Values were `[key value]` tuples of jepsen.independent, and have been taken apart. */
  readonly keyed: boolean;
  /** Its last line was not whole, and is left out: what was under way when its writer was killed. */
  readonly torn?: boolean;
}

/** Real-time order: `a` had ended before `b` began. */
export function precedes(a: Operation, b: Operation): boolean {
  return a.end < b.start;
}
