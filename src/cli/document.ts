import type { DocumentResult } from '../commands/command.ts';
import { describeError, exitCodeOf, type ReplabError } from '../control/errors.ts';
import { exitCodes, outcomeOf, type ExitCode, type OutcomeName } from '../control/exit-codes.ts';

/** What a command line said as one document, with how it ended. */
export interface Told {
  readonly schema: string;
  readonly exit: ExitCode;
  readonly outcome: OutcomeName;
  readonly [field: string]: unknown;
}

export function documentOf({ json, exit = exitCodes.ok }: DocumentResult): Told {
  return { ...json, exit, outcome: outcomeOf(exit) };
}

/** What a stream gave, where it is kept or handed on as one document. */
export function itemsDocument(items: readonly unknown[], exit: ExitCode): Told {
  return { schema: 'replab.items/1', items, exit, outcome: outcomeOf(exit) };
}

export function errorDocumentOf(error: ReplabError): Told {
  const { code, definite, what, why, fix } = describeError(error);
  const exit = exitCodeOf(error);
  return {
    schema: 'replab.error/1',
    error: { code, definite, what, why, fix, facts: error.facts },
    exit,
    outcome: outcomeOf(exit),
  };
}
