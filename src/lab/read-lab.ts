import { marked, type Token, type Tokens } from 'marked';
import { ExpressionError, parse } from '../client/expectation/ast.ts';
import { nearest } from '../lib/nearest.ts';
import { readCommandLines } from './command-lines.ts';
import { readFront } from './front-matter.ts';
import {
  blockMarks,
  type Answer,
  type Block,
  type BlockMark,
  type Lab,
  type Part,
  type Section,
} from './lab.ts';
import { mistake } from './mistake.ts';
import { placeholdersIn } from './placeholders.ts';

const language = 'replab';

/** Reads a lab's Markdown. Throws `bad-lab`: the file, the line, what was expected. */
export function readLab(name: string, file: string, text: string): Lab {
  const source = text.replaceAll('\r\n', '\n');
  const { front, body, bodyLine } = readFront(file, source);
  const sections = new BodyReader(file).read(body, bodyLine);
  checkWhole(file, sections);
  return { name, file, source, front, sections };
}

interface OpenSection {
  readonly heading: string | null;
  readonly kind: Section['kind'];
  readonly line: number;
  readonly parts: Part[];
}

class BodyReader {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  read(body: string, bodyLine: number): readonly Section[] {
    const sections: OpenSection[] = [{ heading: null, kind: 'prose', line: bodyLine, parts: [] }];
    let line = bodyLine;
    for (const token of marked.lexer(body)) {
      if (token.type === 'heading' && (token as Tokens.Heading).depth === 2) {
        const { text } = token as Tokens.Heading;
        sections.push({ heading: text, kind: kindOf(text), line, parts: [] });
      } else if (token.type !== 'space') {
        const section = sections.at(-1)!;
        this.add(section, token, line);
      }
      line += token.raw.split('\n').length - 1;
    }
    return sections;
  }

  private add(section: OpenSection, token: Token, line: number): void {
    if (token.type === 'code') {
      const block = this.block(token as Tokens.Code, line);
      if (block !== null) {
        if (section.kind !== 'prose') {
          throw mistake(
            this.file,
            line,
            `Commands stand in a section of their own, not under "${section.heading}".`,
          );
        }
        section.parts.push({ kind: 'block', line, block });
        return;
      }
    }
    if (section.kind === 'predict' && token.type === 'list') {
      section.parts.push(this.question(section, token as Tokens.List, line));
      return;
    }
    this.checkPlaceholders(token.raw, line);
    section.parts.push({ kind: 'text', line, markdown: token.raw.trimEnd() });
  }

  /** Null: a block of another language is prose. */
  private block({ lang, text, raw }: Tokens.Code, line: number): Block | null {
    const [word, ...marks] = (lang ?? '').split(/\s+/).filter((one) => one !== '');
    if (word !== language) return null;
    if (!/^ {0,3}(`{3,}|~{3,})/.test(raw))
      throw mistake(this.file, line, 'Expected a block between ``` and ```.');
    const [mark] = marks;
    if (marks.length > 1 || (mark !== undefined && !blockMarks.some((one) => one === mark))) {
      const meant = mark === undefined ? null : nearest(mark, blockMarks);
      const guess = meant === null ? '' : ` Did you mean ${meant}?`;
      throw mistake(
        this.file,
        line,
        `A block is marked ${blockMarks.join(' or ')}, or not at all; it says ${JSON.stringify(marks.join(' '))}.${guess}`,
      );
    }
    const commands = readCommandLines(this.file, line + 1, text);
    if (commands.length === 0) throw mistake(this.file, line, 'There is no command in this block.');
    return { mark: (mark as BlockMark | undefined) ?? 'set-up', commands };
  }

  private question(section: OpenSection, list: Tokens.List, line: number): Part {
    if (section.parts.some(({ kind }) => kind === 'question')) {
      throw mistake(this.file, line, 'A question has one list of answers.');
    }
    const text = section.parts.flatMap((part) => (part.kind === 'text' ? [part.markdown] : [])).join('\n\n');
    if (text === '') throw mistake(this.file, line, 'The question stands before its answers.');
    let at = line;
    const answers = list.items.map((item) => {
      const answer = this.answer(item, at);
      at += item.raw.split('\n').length - 1;
      return answer;
    });
    if (answers.length < 2 || answers.length > 4) {
      throw mistake(this.file, line, `A question has two to four answers; there are ${answers.length}.`);
    }
    return { kind: 'question', line, question: { text, answers } };
  }

  private answer({ text }: Tokens.ListItem, line: number): Answer {
    const match = /^(.*\S)\s*<!--(.+?)-->\s*$/s.exec(text);
    if (match === null) {
      throw mistake(
        this.file,
        line,
        'An answer ends with what makes it the right one, as for `expect`: `- It is refused. <!-- w.exit = 8 -->`.',
      );
    }
    const expression = match[2]!.trim();
    this.checkExpression(expression, line);
    return { line, text: match[1]!.replaceAll(/\s*\n\s*/g, ' '), expression };
  }

  private checkPlaceholders(raw: string, line: number): void {
    for (const { expression, offset } of placeholdersIn(raw)) {
      this.checkExpression(expression, line + raw.slice(0, offset).split('\n').length - 1);
    }
  }

  private checkExpression(expression: string, line: number): void {
    try {
      parse(expression);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw mistake(this.file, line, `\`${expression}\` is no expression: ${error.message}.`);
    }
  }
}

function kindOf(heading: string): Section['kind'] {
  const [word] = heading.toLowerCase().split(/[^a-z]/);
  if (word === 'predict' || word === 'explain') return word;
  return word === 'hints' || word === 'hint' ? 'hints' : 'prose';
}

/** What a lab must have as a whole, beyond parts that are right each by itself. */
function checkWhole(file: string, sections: readonly Section[]): void {
  for (const { kind, heading, line, parts } of sections) {
    const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.markdown] : []));
    if (kind === 'predict' && !parts.some((part) => part.kind === 'question')) {
      throw mistake(file, line, `"${heading}" has no list of answers.`);
    }
    if (kind === 'explain' && texts.every((text) => placeholdersIn(text).length === 0)) {
      throw mistake(
        file,
        line,
        `"${heading}" quotes nothing of the run: expected a placeholder such as \`{{ w.at.text }}\`.`,
      );
    }
  }
  const blocks = sections.flatMap(({ parts }) => parts.filter((part) => part.kind === 'block'));
  const [first] = blocks;
  if (first === undefined) throw mistake(file, 1, 'There is no block of commands: ` ```replab `.');
  if (first.block.commands[0]?.words[0] !== 'up') {
    const { line } = first.block.commands[0]!;
    throw mistake(file, line, 'The first command of a lab is `up`: it runs on a cluster of its own.');
  }
  checkMarks(file, blocks);
}

function checkMarks(file: string, blocks: readonly Extract<Part, { kind: 'block' }>[]): void {
  const fix = blocks.findIndex(({ block }) => block.mark === 'fix');
  if (fix < 0) throw mistake(file, 1, 'There is no block marked fix: what is it that helps?');
  if (!blocks.slice(0, fix).some(({ block }) => block.mark === 'weak')) {
    throw mistake(
      file,
      blocks[fix]!.line,
      'There is no block marked weak before the fix: what goes wrong without it?',
    );
  }
  const after = blocks.slice(fix).filter(({ block }) => block.mark === 'set-up');
  if (after.every(({ block }) => block.commands.every(({ words }) => !isProof(words)))) {
    throw mistake(
      file,
      blocks[fix]!.line,
      'Nothing is expected after the fix, outside the blocks that are marked: without the fix the lab must fail.',
    );
  }
}

function isProof([name]: readonly string[]): boolean {
  return (
    name === 'expect' || name === 'expect-exit' || name === 'check' || name === 'diff' || name === 'wait'
  );
}
