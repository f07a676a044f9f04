import { HistoryMistake } from './mistake.ts';
import type { Value } from './value.ts';

/** A form and the line it begins on. */
export interface Form {
  readonly value: Value;
  readonly line: number;
}

/**
 * The part of EDN that Jepsen writes: nil, booleans, numbers, strings, characters, keywords, symbols, vectors,
 * lists, maps, sets, tags (passed over: `#jepsen.history.Op{…}` is its map), `#_` and comments. Strict: what is
 * left open, or closed twice, is a mistake with its line. Of the libraries there are, none tells.
 */
export function readEdn(text: string): readonly Form[] {
  const reader = new EdnReader(text);
  const forms: Form[] = [];
  for (;;) {
    reader.skip();
    if (reader.atEnd) return forms;
    const { line } = reader;
    forms.push({ value: reader.read(), line });
  }
}

/** The elements of one that is a vector, each with its line: what a history in brackets is. */
export function readEdnVector(text: string): readonly Form[] {
  const reader = new EdnReader(text);
  reader.skip();
  const forms = reader.openVector();
  reader.skip();
  if (!reader.atEnd) throw new HistoryMistake(reader.line, 'something follows the history; expected its end');
  return forms;
}

const closers: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const number = /^[+-]?(\d+)(N|(\.\d*)?([eE][+-]?\d+)?M?|\/\d+)$/;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

class EdnReader {
  readonly #text: string;
  readonly #blank = /[\s,]*(?:;[^\n]*[\s,]*)*/y;
  readonly #token = /[^\s,;"()[\]{}]+/y;
  #at = 0;
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Of the next character. */
  get line(): number {
    for (let next = this.#text.indexOf('\n', this.#counted); next >= 0 && next < this.#at;) {
      this.#line += 1;
      this.#counted = next + 1;
      next = this.#text.indexOf('\n', this.#counted);
    }
    return this.#line;
  }

  /** Passes over blanks, comments and discarded forms. */
  skip(): void {
    for (;;) {
      this.#blank.lastIndex = this.#at;
      this.#blank.exec(this.#text);
      this.#at = this.#blank.lastIndex;
      if (!this.#text.startsWith('#_', this.#at)) return;
      this.#at += 2;
      this.read();
    }
  }

  openVector(): readonly Form[] {
    const opened = this.line;
    const close = closers[this.#text[this.#at]!]!;
    this.#at += 1;
    const forms: Form[] = [];
    while (!this.#closes(close, opened)) {
      const { line } = this;
      forms.push({ value: this.read(), line });
    }
    return forms;
  }

  read(): Value {
    this.skip();
    const char = this.#text[this.#at];
    if (char === undefined) throw new HistoryMistake(this.line, 'the file ends here; expected a value');
    if (char === '"') return this.#string();
    if (char === '[' || char === '(') return this.#list(closers[char]!);
    if (char === '{') return this.#map();
    if (char === '#') return this.#tagged();
    return this.#atom();
  }

  #list(close: string): readonly Value[] {
    const opened = this.line;
    this.#at += 1;
    const items: Value[] = [];
    while (!this.#closes(close, opened)) items.push(this.read());
    return items;
  }

  #map(): Value {
    const { line } = this;
    const items = this.#list('}');
    if (items.length % 2 === 1)
      throw new HistoryMistake(line, 'a map has a key without a value; expected pairs');
    const fields: [string, Value][] = [];
    for (let i = 0; i < items.length; i += 2) {
      const name = items[i]!;
      fields.push([typeof name === 'string' ? name : JSON.stringify(name), items[i + 1]!]);
    }
    return Object.fromEntries(fields);
  }

  /** True, and past it, at the closing bracket. */
  #closes(close: string, opened: number): boolean {
    this.skip();
    const char = this.#text[this.#at];
    if (char === undefined) {
      throw new HistoryMistake(this.line, `the file ends here; expected "${close}" for line ${opened}`);
    }
    if (char !== close) {
      if (')]}'.includes(char))
        throw new HistoryMistake(this.line, `"${char}"; expected "${close}" for line ${opened}`);
      return false;
    }
    this.#at += 1;
    return true;
  }

  #tagged(): Value {
    if (this.#text[this.#at + 1] === '{') {
      this.#at += 1;
      return this.#list('}');
    }
    // `##NaN` and `##Inf` are no numbers of ours; a tag says only how its form was made.
    const token = this.#word();
    return token.startsWith('##') ? token.slice(2) : this.read();
  }

  #string(): string {
    const { line } = this;
    let text = '';
    let from = this.#at + 1;
    for (let i = from; i < this.#text.length; i += 1) {
      const char = this.#text[i];
      if (char !== '"' && char !== '\\') continue;
      text += this.#text.slice(from, i);
      if (char === '"') {
        this.#at = i + 1;
        return text;
      }
      const escape = this.#text[i + 1] ?? '';
      if (escape === 'u') {
        text += String.fromCharCode(Number.parseInt(this.#text.slice(i + 2, i + 6), 16));
        i += 5;
      } else {
        text += escapes[escape] ?? escape;
        i += 1;
      }
      from = i + 1;
    }
    throw new HistoryMistake(line, 'a string is not closed; expected "');
  }

  #word(): string {
    this.#token.lastIndex = this.#at;
    const [word] = this.#token.exec(this.#text) ?? [];
    if (word === undefined) {
      throw new HistoryMistake(this.line, `"${this.#text[this.#at]}"; expected a value`);
    }
    this.#at += word.length;
    return word;
  }

  #atom(): Value {
    const word = this.#word();
    if (word === 'nil') return null;
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word.startsWith(':')) return word.slice(1);
    if (word.startsWith('\\')) return word.slice(1);
    if (!/^[+-]?\d/.test(word)) return word;
    if (!number.test(word)) throw new HistoryMistake(this.line, `"${word}"; expected a number`);
    // What no JavaScript number holds exactly stays a text: two different ones must not become equal.
    const value = Number(word.replace(/[NM]$/, ''));
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : word;
  }
}
