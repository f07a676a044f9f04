import { commandNames, isCommandName, type CommandName } from '../commands/commands.ts';
import { usage } from './parse.ts';
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
  const close = closest(word);
  const guess = close === null ? '' : ` Did you mean ${close}?`;
  throw usage(null, `There is no command ${JSON.stringify(word)}.${guess}`);
}

/** After `--`, everything is an argument. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? words.length : end).some((word) => word === '--help' || word === '-h');
}

/** The command a typo most likely meant, or null when none is near. */
export function closest(word: string): CommandName | null {
  const scored = commandNames.map((name) => ({ name, distance: editDistance(word, name) }));
  const best = scored.toSorted((a, b) => a.distance - b.distance)[0]!;
  return best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : null;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (__, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = least;
    }
  }
  return rows[a.length]![b.length]!;
}
