import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked, type Token, type Tokens } from 'marked';
import { compareRefs } from './catalogue.ts';
import type { Lab } from './lab.ts';
import { mistake } from './mistake.ts';

/** A line of the notes, and who shows it. */
export interface Row {
  readonly ref: string;
  readonly text: string;
  /** Labs that name it, or what it is a part of. */
  readonly labs: readonly string[];
  /** By a lab that names it, or by labs that show each of its parts. */
  readonly covered: boolean;
}

interface Line {
  readonly ref: string;
  readonly text: string;
}

/** The lines of the notes, `- **1.10.1** text`, in their order. */
export function readNotes(dir: string): readonly Line[] {
  const file = join(dir, 'notes.md');
  return marked
    .lexer(readFileSync(file, 'utf8'))
    .flatMap((token) => itemsOf(token))
    .map(({ text }) => {
      const match = /^\*\*(\d+(?:\.\d+)*)\*\*\s+(.+?)(?:\n\s*-|$)/s.exec(text);
      if (match === null) throw mistake(file, 1, `Expected \`- **1.2.3** …\`, not ${JSON.stringify(text)}.`);
      return { ref: match[1]!, text: match[2]!.replaceAll(/\s+/g, ' ').trim() };
    })
    .toSorted((a, b) => compareRefs(a.ref, b.ref));
}

function itemsOf(token: Token): readonly Tokens.ListItem[] {
  if (token.type !== 'list') return [];
  return (token as Tokens.List).items.flatMap((item) => [item, ...item.tokens.flatMap(itemsOf)]);
}

export function coverageOf(notes: readonly Line[], labs: readonly Lab[]): readonly Row[] {
  const naming = (ref: string): readonly string[] =>
    labs.filter(({ front }) => front.notes.some((one) => isWithin(ref, one))).map(({ name }) => name);
  const isCovered = (ref: string): boolean => {
    if (naming(ref).length > 0) return true;
    const parts = notes.filter((note) => parentOf(note.ref) === ref);
    return parts.length > 0 && parts.every((part) => isCovered(part.ref));
  };
  return notes.map(({ ref, text }) => ({ ref, text, labs: naming(ref), covered: isCovered(ref) }));
}

/** A lab must not name a line that is not there. Throws `bad-lab`. */
export function checkRefs(notes: readonly Line[], labs: readonly Lab[]): void {
  for (const { file, source, front } of labs) {
    const unknown = front.notes.find((ref) => notes.every((note) => note.ref !== ref));
    if (unknown === undefined) continue;
    const line = source.split('\n').findIndex((text) => text.startsWith('notes:')) + 1;
    throw mistake(file, line, `The notes have no line ${unknown}; see labs/notes.md.`);
  }
}

function isWithin(ref: string, of: string): boolean {
  return ref === of || ref.startsWith(`${of}.`);
}

function parentOf(ref: string): string | null {
  return ref.includes('.') ? ref.slice(0, ref.lastIndexOf('.')) : null;
}
