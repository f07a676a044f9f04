import type { ScreenResult } from '../commands/command.ts';
import { exitCodes } from '../control/exit-codes.ts';
import type { Outcome } from './model.ts';

/** What takes longer must not go on behind a screen. */
const longest = '30s';

/**
 * Runs a command as if it were typed, for the cluster that is watched unless it names another. What it says
 * is put on one line.
 */
export async function invoked(
  { cluster, invoke }: Pick<ScreenResult, 'cluster' | 'invoke'>,
  words: readonly string[],
): Promise<Outcome> {
  const globals = ['-c', cluster.name, '--timeout', longest, '-q'];
  const { exit, out, err, document } = await invoke([...globals, ...words], { unattended: true });
  const { error, found } = (document ?? {}) as {
    readonly error?: Extract<Outcome, { ok: false }>['error'];
    readonly found?: boolean;
  };
  if (error !== undefined) return { ok: false, error };
  // What was not understood was not run, and has no document: its first line says what, the rest what to do.
  if (document === null && exit !== exitCodes.ok && out === '') {
    const [what = '', ...fix] = linesOf(err.replace(/^replab: /, ''));
    return { ok: false, error: { code: 'usage', what, fix: fix.join('  ') } };
  }
  return {
    ok: true,
    exit,
    text: linesOf(exit === exitCodes.ok ? out : out + err).join('  ') || nothingSaid(found),
  };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** Of a value on standard output nothing is left to see when it is empty. */
function nothingSaid(found: boolean | undefined): string {
  if (found === undefined) return 'done';
  return found ? '"" (empty)' : 'there is no such key';
}

/** The command line that does the same elsewhere; `cluster`: whose name must be said there, else null. */
export function commandLine(words: readonly string[], cluster: string | null): string {
  const end = words.indexOf('--');
  const options = words.slice(0, end < 0 ? words.length : end);
  const isNamed = options.some((word) => /^(-c|--cluster(=|$))/.test(word));
  // First, as it is run: after the words it could belong to another command line that they hold.
  const named = cluster === null || isNamed ? [] : ['-c', cluster];
  return ['replab', ...named, ...words].map(quoted).join(' ');
}

/** As a shell takes it back. */
function quoted(word: string): string {
  return /^[\w./:,@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
