import { InvariantError, unreachable } from '../lib/assert.ts';
import { formatPosition, type Position } from '../protocol/position.ts';
import type { Outcome } from '../protocol/request.ts';
import { errorTable, refusedCodes, unknownCodes, type ErrorCode } from './error-table.ts';
import { outcomeOf, type ExitCode } from './exit-codes.ts';
import type { Facts } from './message.ts';

/** An error people are told about: a row of the table, and the facts its texts are filled from. */
export class ReplabError extends Error {
  override readonly name = 'ReplabError';
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, facts: Facts = {}, options: ErrorOptions = {}) {
    super(`${code}: ${errorTable[code].what(facts)}`, options);
    this.code = code;
    this.facts = facts;
  }

  /** It certainly did not happen, and never will. */
  get definite(): boolean {
    return errorTable[this.code].definite;
  }
}

/** What `--json` prints under `error`, and what people read line by line. */
export interface ErrorDescription {
  readonly code: ErrorCode;
  readonly definite: boolean;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export function describeError(error: ReplabError): ErrorDescription {
  const { definite, what, why, fix } = errorTable[error.code];
  const { code, facts } = error;
  return { code, definite, what: what(facts), why: why(facts), fix: fix(facts) };
}

/** The row itself: words in capitals stand for what an error names when it happens. */
export function describeRow(code: ErrorCode) {
  const named = new Proxy<Facts>(
    {},
    { get: (_, name) => (name === 'detail' ? undefined : inCapitals(name)) },
  );
  const { exit, definite, what, why, fix } = errorTable[code];
  return {
    code,
    exit,
    outcome: outcomeOf(exit),
    definite,
    what: what(named),
    why: why(named),
    fix: fix(named),
  };
}

function inCapitals(name: string | symbol): string {
  return String(name)
    .replaceAll(/(?=[A-Z])/g, '-')
    .toUpperCase();
}

export function exitCodeOf(error: ReplabError): ExitCode {
  return errorTable[error.code].exit;
}

/** Any thrown value as an error of the table; what is not in it is a fault of ours. */
export function toReplabError(error: unknown): ReplabError {
  if (error instanceof ReplabError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof InvariantError ? 'broken invariant: ' : '';
  return new ReplabError('internal', { message: `${kind}${message}` }, { cause: error });
}

/** A file or directory of the state that could not be written: no room, or no right to. */
export function unwritable(path: string, error: unknown): ReplabError {
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return new ReplabError(
    full ? 'disk-full' : 'state-unwritable',
    { path, detail: message },
    { cause: error },
  );
}

/** From the wire: a code this version does not know is internal, with its name. */
export function errorFromWire(code: string, facts: Facts): ReplabError {
  if (Object.hasOwn(errorTable, code)) return new ReplabError(code as ErrorCode, facts);
  return new ReplabError('internal', { message: `the supervisor answered ${code} ${JSON.stringify(facts)}` });
}

/** The error an operation ended with; null for `ok`. `facts`: what the asker knows (cluster, node). */
export function errorOfOutcome(outcome: Outcome, facts: Facts = {}): ReplabError | null {
  switch (outcome.type) {
    case 'ok':
      return null;
    case 'refused':
      return new ReplabError(refusedCodes[outcome.code], {
        ...facts,
        leader: outcome.leader ?? null,
        ...(outcome.detail === undefined ? {} : { detail: outcome.detail }),
        ...(outcome.lost === undefined ? {} : lostFacts(outcome.lost)),
      });
    case 'unknown':
      return new ReplabError(unknownCodes[outcome.code], {
        ...facts,
        at: outcome.at === undefined ? null : formatPosition(outcome.at),
        copies: outcome.copies ?? null,
      });
    default:
      return unreachable(outcome);
  }
}

/** What `write-lost` tells. */
export function lostFacts({ token, forkedAt }: Lost): Facts {
  return { token: formatPosition(token), forkedAt: formatPosition(forkedAt) };
}

interface Lost {
  readonly token: Position;
  readonly forkedAt: Position;
}
