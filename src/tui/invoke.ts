import type { ScreenResult } from '../commands/command.ts';
import type { Outcome } from './model.ts';

/** One that goes on for ever must not go on behind a screen. */
const longest = '30s';

/**
 * Runs a command as if it were typed, for the cluster that is watched unless it names another. What it says
 * is put on one line.
 */
export async function invoked(
  { cluster, invoke }: Pick<ScreenResult, 'cluster' | 'invoke'>,
  words: readonly string[],
): Promise<Outcome> {
  const { exit, out, err, document } = await invoke([
    '-c',
    cluster.name,
    '--timeout',
    longest,
    '-q',
    ...words,
  ]);
  const { error } = (document ?? {}) as { readonly error?: Extract<Outcome, { ok: false }>['error'] };
  if (error !== undefined) return { ok: false, error };
  const lines = (exit === 0 ? out : out + err).split('\n').filter((line) => line.trim() !== '');
  return { ok: true, text: lines.join('  ') };
}
