import { commandNames, isCommandName, type CommandName } from '../commands/commands.ts';
import { guess, usage } from './parse.ts';
import { wordsTaken } from './global-options.ts';

/** What a command line asks for, before any command is loaded. */
export type Route =
  | { readonly kind: 'help'; readonly command: CommandName | null }
  | { readonly kind: 'command'; readonly name: CommandName; readonly words: readonly string[] };

/** Throws ReplabError `usage`, with a guess at what was meant. */
export function route(argv: readonly string[]): Route {
  let at = 0;
  for (let taken = 0; at < argv.length; at += taken) {
    const known = wordsTaken(argv[at]!);
    if (known === null) break;
    taken = known;
  }
  const before = argv.slice(0, at);
  const [word, ...after] = argv.slice(at);
  if (word === undefined && before.length > 0) throw usage(null, 'Which command? There are options alone.');
  if (word === undefined || word === '--help' || word === '-h') return { kind: 'help', command: null };
  if (word === '--version' || word === '-V')
    return { kind: 'command', name: 'version', words: [...before, ...after] };
  if (word === 'help') return helpFor(after[0]);
  const name = nameOf(word);
  return asksForHelp(after)
    ? { kind: 'help', command: name }
    : { kind: 'command', name, words: [...before, ...after] };
}

function helpFor(word: string | undefined): Route {
  return { kind: 'help', command: word === undefined ? null : nameOf(word) };
}

function nameOf(word: string): CommandName {
  if (isCommandName(word)) return word;
  if (word.startsWith('-')) throw usage(null, `There is no option ${word} before the name of a command.`);
  throw usage(null, `There is no command ${JSON.stringify(word)}.${guess(word, commandNames)}`);
}

/** After `--`, everything is an argument. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? words.length : end).some((word) => word === '--help' || word === '-h');
}
