import { exitCodes, type ExitCode } from './exit-codes.ts';
import type { Facts } from './message.ts';

export interface ErrorRow {
  readonly exit: ExitCode;
  /** True: what was asked for certainly did not happen. False: it may have, or may yet. */
  readonly definite: boolean;
  /** What went wrong; why; the command that fixes it. Sentences for people, filled from the facts. */
  what(facts: Facts): string;
  why(facts: Facts): string;
  fix(facts: Facts): string;
}

type Text = string | ((facts: Facts) => string);

export function row(
  exit: ExitCode,
  what: Text,
  why: Text,
  fix: Text,
  definite: boolean = exit !== exitCodes.unknown,
): ErrorRow {
  return { exit, definite, what: filled(what), why: filled(why), fix: filled(fix) };
}

function filled(text: Text): (facts: Facts) => string {
  return typeof text === 'string' ? () => text : text;
}

/** ` -c t1`, or nothing while the cluster is not known. */
export function c({ cluster }: Facts): string {
  return typeof cluster === 'string' ? ` -c ${cluster}` : '';
}

/** What the thrower knew of the reason, else what is usually the reason. */
export function detail(facts: Facts, otherwise: string): string {
  const given = facts.detail;
  if (typeof given !== 'string' || given === '') return otherwise;
  // A word, and not the name of a file or a node.
  const sentence = /^[a-z]+[ ,]/.test(given) ? given.charAt(0).toUpperCase() + given.slice(1) : given;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

export function seeStatus(facts: Facts): string {
  return `See \`replab status${c(facts)}\`.`;
}

export function seeEvents(facts: Facts): string {
  return `See \`replab events${c(facts)}\`.`;
}
