import { commands } from '../commands/commands.ts';
import { describeError, ReplabError } from '../control/errors.ts';
import { parseWords } from './parse.ts';
import { route } from './route.ts';

/** Why a command line would not be understood, as sentences; null when it would. Runs nothing. */
export async function lineFault(words: readonly string[]): Promise<string | null> {
  try {
    const asked = route(words);
    if (asked.kind === 'command') parseWords(await commands[asked.name].load(), asked.words);
    return null;
  } catch (error) {
    if (error instanceof ReplabError && error.code === 'usage') return describeError(error).what;
    throw error;
  }
}
