import { ReplabError } from '../../control/errors.ts';
import { splitWords } from '../../lib/shell-words.ts';

/** What a line of the shell asks for. */
export type Asked =
  | { readonly type: 'nothing' }
  /** A quote is open: the next line belongs to it. */
  | { readonly type: 'more' }
  | { readonly type: 'exit'; readonly code: number | null }
  | { readonly type: 'run'; readonly words: readonly string[]; readonly negated: boolean };

/** Throws ReplabError `usage` for what only another shell would understand. */
export function readLine(text: string): Asked {
  const split = splitWords(text);
  if (split.type === 'operator') {
    throw usage(`${split.operator} means nothing here: quote it, or use your own shell.`);
  }
  if (split.type === 'open') return { type: 'more' };
  const typed = split.words.map((word) => word.text);
  const negated = typed[0] === '!';
  const words = negated ? typed.slice(1) : typed;
  // Typed out of habit.
  const line = words[0] === 'replab' ? words.slice(1) : words;
  const [first, second] = line;
  if (first === undefined) {
    if (negated) throw usage('! is followed by a command.');
    return { type: 'nothing' };
  }
  if (first !== 'exit' && first !== 'quit') return { type: 'run', words: line, negated };
  if (line.length > 2 || (second !== undefined && !/^\d{1,3}$/.test(second)))
    throw usage(`${first} takes an exit code, or nothing.`);
  return { type: 'exit', code: second === undefined ? null : Number(second) };
}

export function usage(message: string): ReplabError {
  return new ReplabError('usage', { command: 'shell', message });
}
