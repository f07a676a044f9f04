import type { Arg, Command, Option } from '../../commands/command.ts';
import { commandNames, commands, isCommandName } from '../../commands/commands.ts';
import {
  clusterWords,
  files,
  nodeWords,
  type Candidate,
  type Completes,
  type Known,
} from '../../commands/completes.ts';
import { globalsOfCommand, wordsTaken } from '../global-options.ts';

/** What the last word of a line may become. `files`: paths, by whoever asks. */
export type Completion =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'files' };

const nothing: Completion = { kind: 'words', candidates: [] };

/**
 * Completes the last of `words`, a command line without the word replab; the last may be empty. Loads the one
 * command that is named, and looks at files alone.
 */
export async function complete(words: readonly string[], known: Known): Promise<Completion> {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const at = commandAt(before);
  const name = before[at];
  if (name === undefined) {
    const option = before.at(-1);
    if (option !== undefined && awaitsValue(option, null)) return ofValue(option, null, last, known);
    return last.startsWith('-') ? options(null, [], last) : matching(last, commandWords());
  }
  if (name === 'help') return matching(last, at === before.length - 1 ? commandWords() : []);
  if (!isCommandName(name)) return nothing;
  return await afterCommand(await commands[name].load(), before.slice(at + 1), last, known);
}

/** Where the command's name stands; the length when there is none yet. */
function commandAt(words: readonly string[]): number {
  let at = 0;
  for (let taken = 0; at < words.length; at += taken) {
    const known = wordsTaken(words[at]!);
    if (known === null) return at;
    taken = known;
  }
  return words.length;
}

async function afterCommand(
  command: Command,
  before: readonly string[],
  last: string,
  known: Known,
): Promise<Completion> {
  const args = Object.values(command.args);
  const given: string[] = [];
  let literal = false;
  let pending: string | null = null;
  let count = 0;
  for (const [i, word] of before.entries()) {
    const arg = args[Math.min(count, args.length - 1)];
    if (pending !== null) pending = null;
    else if (word === '--' && !literal && arg?.completes?.kind !== 'command-line') literal = true;
    else if (!literal && word.startsWith('-') && word !== '-' && word !== '--') {
      given.push(word);
      if (!word.includes('=') && awaitsValue(word, command)) pending = word;
    } else if (count > 0 && arg?.completes?.kind === 'command-line') {
      const inner = before.slice(word === '--' ? i + 1 : i);
      return await complete([...inner, last], known);
    } else count += 1;
  }
  if (pending !== null) return ofValue(pending, command, last, known);
  const arg = args[Math.min(count, args.length - 1)];
  if (!literal && last.startsWith('-')) return ofOption(command, given, last, known);
  if (arg === undefined || (count >= args.length && !arg.several)) return nothing;
  if (arg.completes?.kind === 'command-line') return await complete([last], known);
  const completion = of(completesOf(arg), last, known, before);
  return completion.kind === 'files' ? completion : without(completion.candidates, before);
}

/** Whatever is called NODE or FILE is one, unless it says more. */
function completesOf({
  completes,
  placeholder,
}: Pick<Arg<unknown> | Option<unknown>, 'completes' | 'placeholder'>): Completes | undefined {
  if (completes !== undefined || placeholder === null) return completes;
  return { NODE: nodeWords, FILE: files, PATH: files }[placeholder];
}

/** What stands there already need not be offered again. */
function without(candidates: readonly Candidate[], before: readonly string[]): Completion {
  return { kind: 'words', candidates: candidates.filter(({ word }) => !before.includes(word)) };
}

function ofOption(command: Command, given: readonly string[], last: string, known: Known): Completion {
  const equals = last.indexOf('=');
  if (equals < 0) return options(command, given, last);
  const completion = ofValue(last.slice(0, equals), command, last.slice(equals + 1), known);
  return prefixed(completion, last.slice(0, equals + 1));
}

function ofValue(option: string, command: Command | null, last: string, known: Known): Completion {
  const name = option.replace(/^--?/, '');
  if (option === '-c' || name === 'cluster') return of(clusterWords, last, known);
  const own = command?.options[name];
  return of(own === undefined ? undefined : completesOf(own), last, known);
}

function awaitsValue(option: string, command: Command | null): boolean {
  const own = command?.options[option.slice(2)];
  if (own !== undefined && option.startsWith('--')) return own.placeholder !== null;
  return wordsTaken(option) === 2;
}

function options(command: Command | null, given: readonly string[], last: string): Completion {
  const own = Object.entries(command?.options ?? {}).map(([name, { summary }]) => ({
    word: `--${name}`,
    means: summary,
  }));
  const globals = globalsOfCommand(command ?? { options: {} }).map(([name, { summary }]) => ({
    word: `--${name}`,
    means: summary,
  }));
  const all = [...own, ...globals, { word: '--help', means: 'this help' }];
  return matching(
    last,
    all.filter(({ word }) => !given.includes(word)),
  );
}

function of(
  completes: Completes | undefined,
  last: string,
  known: Known,
  before: readonly string[] = [],
): Completion {
  if (completes === undefined || completes.kind === 'command-line') return nothing;
  if (completes.kind === 'files') return completes;
  const after =
    Math.max(...[...completes.separators].map((separator) => last.lastIndexOf(separator)), -1) + 1;
  // A region's selector has a separator of its own in it.
  const cut = last.slice(0, after).endsWith('@region:') ? after - '@region:'.length : after;
  const taken = last.slice(0, cut).split(/[,/:]/);
  const alone = cut === 0 ? (completes.alone ?? []) : [];
  const words = [...completes.words(known, before), ...alone].filter(({ word }) => !taken.includes(word));
  return prefixed(matching(last.slice(cut), words), last.slice(0, cut));
}

function matching(typed: string, candidates: readonly Candidate[]): Completion {
  return {
    kind: 'words',
    candidates: candidates.filter(
      ({ word }) => word.startsWith(typed) && !(word === typed && /[=:]$/.test(word)),
    ),
  };
}

function prefixed(completion: Completion, prefix: string): Completion {
  if (completion.kind === 'files' || prefix === '') return completion;
  return {
    kind: 'words',
    candidates: completion.candidates.map(({ word, means = '' }) => ({ word: prefix + word, means })),
  };
}

function commandWords(): readonly Candidate[] {
  return [...commandNames, 'help'].map((word) => ({ word }));
}
