import { readFile } from 'node:fs/promises';
import { openCluster, type Cluster } from '../client/cluster-connection.ts';
import type { Beside } from '../client/expectation/expectation.ts';
import { ReplabError } from '../control/errors.ts';
import { readSaved } from '../control/saved-results.ts';
import type { Context } from './command.ts';
import { opening } from './opening.ts';

/** What an expectation is about: a cluster, results that were kept of it, and a document that was given. */
export interface Inputs {
  /** Null: there is a document, and no cluster is up. */
  readonly cluster: Cluster | null;
  readonly beside: Beside;
}

/** `from`: a file, `-` for standard input, null for none. The document in it stands beside as `last`. */
export async function openInputs(context: Context, from: string | null): Promise<Inputs> {
  const given = from === null ? null : documentIn(await textOf(context, from), from);
  const cluster = given === null ? await openCluster(opening(context)) : await openOrNull(context);
  const last = given ?? context.last;
  const saved = cluster === null ? {} : readSaved(cluster.dir);
  return { cluster, beside: { ...saved, ...(last === null ? {} : { last }) } };
}

/** `replab down --json | replab expect --from - 'last.changed'`: there need be none, unless one is named. */
async function openOrNull(context: Context): Promise<Cluster | null> {
  try {
    return await openCluster(opening(context));
  } catch (error) {
    if (error instanceof ReplabError && error.code === 'no-cluster') return null;
    throw error;
  }
}

async function textOf(context: Context, from: string): Promise<string> {
  if (from === '-') return (await context.stdin()).toString('utf8');
  try {
    return await readFile(from, 'utf8');
  } catch (error) {
    throw usage(`${from} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`);
  }
}

/** A document without an exit code of its own is one of a command that was done. */
function documentIn(text: string, from: string): object {
  const source = from === '-' ? 'Standard input' : from;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage(`${source} is not one JSON document; --from takes what a command printed with --json.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usage(`${source} holds no JSON object; --from takes what a command printed with --json.`);
  return { exit: 0, outcome: 'ok', ...value };
}

function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'expect', message });
}
