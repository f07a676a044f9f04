import { longestForMs } from '../control/params.ts';
import { exactDuration, formatDuration, parseDuration } from '../lib/duration.ts';
import type { Arg, Option } from './command.ts';
import { fixed, type Completes } from './completes.ts';

/** What was typed cannot be used; the message says what was expected, as a phrase after "expected". */
export class UsageError extends Error {
  override name = 'UsageError';
  /** What it could have been, for a guess at what was meant. */
  readonly words: readonly string[];

  constructor(expected: string, words: readonly string[] = []) {
    super(expected);
    this.words = words;
  }
}

type Parse<T> = (text: string) => T;

const asGiven: Parse<string> = (given) => given;

export function required(placeholder: string, summary: string): Arg<string>;
export function required<T>(placeholder: string, summary: string, parse: Parse<T>): Arg<T>;
export function required(
  placeholder: string,
  summary: string,
  parse: Parse<unknown> = asGiven,
): Arg<unknown> {
  return { placeholder, summary, required: true, several: false, parse: ([word]) => parse(word!) };
}

export function optional(placeholder: string, summary: string): Arg<string | null> {
  return { placeholder, summary, required: false, several: false, parse: ([word]) => word ?? null };
}

/** Any number of words, at least one when `atLeastOne`. */
export function several(placeholder: string, summary: string, atLeastOne: boolean): Arg<readonly string[]> {
  return { placeholder, summary, required: atLeastOne, several: true, parse: (words) => words };
}

/** All words that follow, at least one, as they stand: what looks like an option is one of theirs. */
export function verbatim(placeholder: string, summary: string): Arg<readonly string[]> {
  return { ...several(placeholder, summary, true), verbatim: true };
}

/** The same, and what completion offers for it. */
export function completing<T extends Arg<unknown> | Option<unknown>>(completes: Completes, of: T): T {
  return { ...of, completes };
}

export function flag(summary: string): Option<boolean> {
  return { placeholder: null, summary, fallback: null, parse: (given) => given !== undefined };
}

/** Null when left out. */
export function text(
  placeholder: string,
  summary: string,
  parse: Parse<string> = asGiven,
): Option<string | null> {
  return {
    placeholder,
    summary,
    fallback: null,
    parse: (given) => (given === undefined ? null : parse(given)),
  };
}

export function textOr(placeholder: string, summary: string, fallback: string): Option<string> {
  return { placeholder, summary, fallback, parse: (given) => given ?? fallback };
}

export function integer(
  placeholder: string,
  summary: string,
  min: number,
  max: number,
): Option<number | null> {
  return {
    placeholder,
    summary,
    fallback: null,
    parse: (given) => (given === undefined ? null : parseInteger(given, min, max)),
  };
}

export function integerOr(
  summary: string,
  min: number,
  max: number,
  fallback: number,
  placeholder = 'N',
): Option<number> {
  return {
    placeholder,
    summary,
    fallback: String(fallback),
    parse: (given) => (given === undefined ? fallback : parseInteger(given, min, max)),
  };
}

export function parseInteger(given: string, min: number, max: number): number {
  const number = /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `, ${min} or more` : ` from ${min} to ${max}`;
  throw new UsageError(`a whole number${range}`);
}

export function duration(summary: string, fallbackMs: number): Option<number> {
  return {
    placeholder: 'DURATION',
    summary,
    fallback: formatDuration(fallbackMs),
    parse: (given) => (given === undefined ? fallbackMs : parseDurationOption(given)),
  };
}

/** `--for`: how long something lasts that then ends by itself. Null when left out: it does not. */
export function lasting(summary: string): Option<number | null> {
  return {
    placeholder: 'DURATION',
    summary,
    fallback: null,
    parse(given) {
      if (given === undefined) return null;
      const ms = Math.round(parseDurationOption(given));
      if (ms >= 1 && ms <= longestForMs) return ms;
      throw new UsageError(`a duration from 1ms to ${exactDuration(longestForMs)}`);
    },
  };
}

function parseDurationOption(given: string): number {
  const ms = parseDuration(given);
  if (ms === null) throw new UsageError('a duration such as 250ms, 10s or 1m');
  return ms;
}

/** `one of a, b`, with a guess at what was meant. */
export function notOneOf(words: readonly string[]): UsageError {
  return new UsageError(words.length === 1 ? words[0]! : `one of ${words.join(', ')}`, words);
}

export function oneOf<const T extends string>(
  placeholder: string,
  summary: string,
  values: readonly T[],
  fallback: T,
): Option<T> {
  return {
    placeholder,
    summary,
    fallback,
    completes: fixed(...values),
    parse: (given) => {
      if (given === undefined) return fallback;
      const value = values.find((one) => one === given);
      if (value === undefined) throw notOneOf(values);
      return value;
    },
  };
}
