import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import { nearest } from '../lib/nearest.ts';
import { modes } from '../protocol/modes.ts';
import type { FrontMatter } from './lab.ts';
import { mistake } from './mistake.ts';

const engines = ['replab'];
const fields = ['title', 'notes', 'order', 'ddia', 'modes', 'engines', 'minutes'] as const;

export interface Front {
  readonly front: FrontMatter;
  /** What follows it, and the line it begins on. */
  readonly body: string;
  readonly bodyLine: number;
}

/** Between the two lines `---` a lab begins with. Throws `bad-lab`. */
export function readFront(file: string, source: string): Front {
  const match = /^---\n(.*?\n)---(?:\n|$)/s.exec(source);
  if (match === null) {
    throw mistake(file, 1, 'Expected front matter: `---`, fields such as `title: …`, and `---` again.');
  }
  const [whole, yaml = ''] = match;
  const front = new FrontReader(file, yaml).read();
  return { front, body: source.slice(whole.length), bodyLine: whole.split('\n').length };
}

class FrontReader {
  private readonly counter = new LineCounter();
  private readonly file: string;
  private readonly yaml: string;

  constructor(file: string, yaml: string) {
    this.file = file;
    this.yaml = yaml;
  }

  read(): FrontMatter {
    const document = parseDocument(this.yaml, { lineCounter: this.counter, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) {
      throw mistake(this.file, this.lineAt(error.pos[0]), `The front matter is no YAML: ${error.message}.`);
    }
    const root = document.contents;
    if (!isMap(root)) throw mistake(this.file, 2, 'Expected fields such as `title: …` in the front matter.');
    for (const { key } of root.items) this.checkName(key);
    return {
      title: this.title(root),
      notes:
        this.list(root, 'notes', (text) =>
          /^\d+(\.\d+)*$/.test(text) ? null : 'lines of the notes such as 1.10.1',
        ) ?? [],
      order: this.number(root, 'order', 2) ?? 1,
      ddia: this.ddia(root),
      modes: this.list(root, 'modes', oneOf(modes.map(({ name }) => name))) ?? modes.map(({ name }) => name),
      engines: this.list(root, 'engines', oneOf(engines)) ?? engines,
      minutes: this.minutes(root),
    };
  }

  private checkName(key: Node): void {
    const name = String(isScalar(key) ? key.value : key);
    if (fields.some((field) => field === name)) return;
    const meant = nearest(name, fields);
    const guess = meant === null ? '' : ` Did you mean ${meant}?`;
    throw this.wrong(key, `There is no field ${name}; expected ${fields.join(', ')}.${guess}`);
  }

  private title(root: YAMLMap): string {
    const title = this.text(root, 'title');
    if (title === null || title === '')
      throw mistake(this.file, 1, 'Expected `title: …` in the front matter.');
    return title;
  }

  private minutes(root: YAMLMap): number {
    const minutes = this.number(root, 'minutes', 5);
    if (minutes !== null) return minutes;
    throw mistake(this.file, 1, 'Expected `minutes: N` in the front matter: what a reader needs.');
  }

  private number(root: YAMLMap, name: string, example: number): number | null {
    const node = nodeOf(root, name);
    if (node === null) return null;
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'number' && value > 0) return value;
    throw this.wrong(node, `\`${name}\` is a number, such as ${example}.`);
  }

  private ddia(root: YAMLMap): FrontMatter['ddia'] {
    const node = nodeOf(root, 'ddia');
    if (node === null) return null;
    const [first, second] = isMap(node) ? [node.get('first'), node.get('second')] : [];
    if (typeof first === 'number' && typeof second === 'number') return { first, second };
    throw this.wrong(node, '`ddia` names the chapter in both editions: `ddia: { first: 5, second: 6 }`.');
  }

  /** The words as they are written: 1.10 is no number here. `check` answers what was expected instead. */
  private list(
    root: YAMLMap,
    name: string,
    check: (text: string) => string | null,
  ): readonly string[] | null {
    const node = nodeOf(root, name);
    if (node === null) return null;
    if (!isSeq(node)) throw this.wrong(node, `\`${name}\` is a list: \`${name}: [ … ]\`.`);
    return node.items.map((item) => {
      const text = isScalar(item) ? (item.source ?? String(item.value)) : '';
      const expected = check(text);
      if (expected !== null)
        throw this.wrong(item as Node, `\`${name}\` has ${JSON.stringify(text)}; expected ${expected}.`);
      return text;
    });
  }

  private text(root: YAMLMap, name: string): string | null {
    const node = nodeOf(root, name);
    if (node === null) return null;
    if (!isScalar(node)) throw this.wrong(node, `\`${name}\` is a text.`);
    return node.source ?? String(node.value);
  }

  private wrong(node: Node, expected: string): Error {
    return mistake(this.file, this.lineAt(node.range?.[0] ?? 0), expected);
  }

  /** The line `---` is the first. */
  private lineAt(offset: number): number {
    return this.counter.linePos(offset).line + 1;
  }
}

function nodeOf(root: YAMLMap, name: string): Node | null {
  return (root.get(name, true) as Node | undefined) ?? null;
}

function oneOf(words: readonly string[]): (text: string) => string | null {
  return (text) =>
    words.includes(text) ? null : words.length === 1 ? words[0]! : `one of ${words.join(', ')}`;
}
