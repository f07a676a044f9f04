/** A word of a command line, with where it stands in it. */
export interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export type Split =
  | { readonly type: 'words'; readonly words: readonly Word[] }
  /** A quote or a backslash still waits for its end; the last word is what there is of it. */
  | { readonly type: 'open'; readonly words: readonly Word[]; readonly waitsFor: '"' | "'" | '\\' }
  /** A character that means something to a shell, and nothing here. */
  | { readonly type: 'operator'; readonly at: number; readonly operator: string };

const blank = /[ \t\r\n]/;
const operators = '|&;<>()`';

/**
 * Splits a line as sh does: blanks, single and double quotes, backslashes, comments. Nothing is expanded: `$`
 * and `*` stand for themselves.
 */
export function splitWords(line: string): Split {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    const char = line[at]!;
    if (blank.test(char)) {
      at += 1;
      continue;
    }
    if (char === '#') break;
    const read = readWord(line, at);
    if (read.type === 'operator') return read;
    words.push({ text: read.text, from: at, to: read.to });
    if (read.type === 'open') return { type: 'open', words, waitsFor: read.waitsFor };
    at = read.to;
  }
  return { type: 'words', words };
}

type Read =
  | { readonly type: 'word'; readonly text: string; readonly to: number }
  | { readonly type: 'open'; readonly text: string; readonly to: number; readonly waitsFor: '"' | "'" | '\\' }
  | { readonly type: 'operator'; readonly at: number; readonly operator: string };

function readWord(line: string, from: number): Read {
  let text = '';
  let at = from;
  let quote: '"' | "'" | null = null;
  for (; at < line.length; at += 1) {
    const char = line[at]!;
    if (char === quote) quote = null;
    else if (quote === "'") text += char;
    else if (char === '\\') {
      at += 1;
      if (at >= line.length) return { type: 'open', text, to: line.length, waitsFor: '\\' };
      // Within double quotes a backslash escapes only what means something there.
      text += quote === '"' && !'"\\$`\n'.includes(line[at]!) ? `\\${line[at]}` : line[at]!;
    } else if (quote === '"') text += char;
    else if (char === '"' || char === "'") quote = char;
    else if (blank.test(char)) break;
    else if (operators.includes(char)) return { type: 'operator', at, operator: char };
    else text += char;
  }
  return quote === null ? { type: 'word', text, to: at } : { type: 'open', text, to: at, waitsFor: quote };
}

/** As typed in a shell: quoted only where it must be. */
export function quoteWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
