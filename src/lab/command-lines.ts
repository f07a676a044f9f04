import { splitWords, type Word } from '../lib/shell-words.ts';
import type { CommandLine } from './lab.ts';
import { mistake } from './mistake.ts';

/**
 * The lines of a block: command lines as in sh, with `#` comments, quotes that may go over several lines, and a
 * backslash at the end of a line that goes on. `first` is the line of the file the block's text begins on.
 */
export function readCommandLines(file: string, first: number, text: string): readonly CommandLine[] {
  const commands: CommandLine[] = [];
  const lines = text.split('\n');
  let typed = '';
  let began = first;
  for (const [i, one] of lines.entries()) {
    if (typed === '') began = first + i;
    const joined = typed === '' ? one : typed + one;
    const goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(joined);
    if (goesOn && i + 1 < lines.length) {
      typed = joined.slice(0, -1);
      continue;
    }
    const split = splitWords(joined);
    if (split.type === 'open' && i + 1 < lines.length) {
      typed = `${joined}\n`;
      continue;
    }
    if (split.type === 'open')
      throw mistake(file, began, `A ${openText(split.waitsFor)} is not closed in this block.`);
    if (split.type === 'operator') {
      throw mistake(file, began, `${split.operator} means nothing here: quote it. A line is one command.`);
    }
    const command = commandOf(file, began, joined, split.words);
    if (command !== null) commands.push(command);
    typed = '';
  }
  return commands;
}

function commandOf(file: string, line: number, typed: string, split: readonly Word[]): CommandLine | null {
  const negated = split[0]?.text === '!';
  const bare = negated ? split.slice(1) : split;
  const words = bare[0]?.text === 'replab' ? bare.slice(1) : bare;
  const [first, last] = [words[0], words.at(-1)];
  if (first !== undefined && last !== undefined) {
    const text = `${negated ? '! ' : ''}${typed.slice(first.from, last.to)}`;
    return { line, text, words: words.map((word) => word.text), negated };
  }
  if (negated) throw mistake(file, line, '`!` is followed by a command.');
  if (bare.length > 0) throw mistake(file, line, '`replab` is followed by a command.');
  return null;
}

function openText(waitsFor: string): string {
  return waitsFor === '\\' ? 'line that goes on' : `quote (${waitsFor})`;
}
