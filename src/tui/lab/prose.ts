import { proseTable } from './prose-table.ts';
import { safe, widthOf, type Line, type Paint, type Span } from '../line.ts';

type Word = readonly (readonly [Paint | null, string])[];

/** Markdown as lines of a screen: paragraphs, lists, tables and code, bold text; the rest as it is written. */
export function proseLines(markdown: string, width: number, ascii: boolean): readonly Line[] {
  const lines: Line[] = [];
  for (const block of blocksOf(markdown)) {
    if (lines.length > 0) lines.push([]);
    lines.push(...blockLines(block, width, ascii));
  }
  return lines;
}

/** Text of one paragraph in lines, the first led by `first`, the others by `rest`. */
export function paragraph(
  text: string,
  width: number,
  ascii: boolean,
  first = '',
  rest = first,
): readonly Line[] {
  const lines: Line[] = [];
  let line: Span[] = [first];
  let used = widthOf(first);
  let isEmpty = true;
  for (const word of wordsOf(text, ascii).flatMap((one) => inPieces(one, width - widthOf(rest)))) {
    const cells = word.reduce((sum, [, part]) => sum + widthOf(part), 0);
    if (!isEmpty && used + 1 + cells > width) {
      lines.push(line);
      line = [rest];
      used = widthOf(rest);
      isEmpty = true;
    }
    if (!isEmpty) line.push(' ');
    line.push(...word.map(([paint, part]): Span => (paint === null ? part : [paint, part])));
    used += cells + (isEmpty ? 0 : 1);
    isEmpty = false;
  }
  return [...lines, line];
}

/** A word that is longer than a line goes on in the next: a path can still be copied. */
function inPieces(word: Word, width: number): readonly Word[] {
  const [[paint, text] = [null, ''], ...others] = word;
  if (others.length > 0 || widthOf(text) <= width || width < 8) return [word];
  return Array.from({ length: Math.ceil(text.length / width) }, (_, i) => [
    [paint, text.slice(i * width, (i + 1) * width)],
  ]);
}

function blocksOf(markdown: string): readonly string[] {
  const blocks: string[] = [];
  let code: string[] | null = null;
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) blocks.push(open.join('\n'));
    open = [];
  };
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) {
      if (code === null) close();
      else blocks.push(['```', ...code].join('\n'));
      code = code === null ? [] : null;
    } else if (code !== null) code.push(line);
    else if (line.trim() === '') close();
    else open.push(line);
  }
  close();
  return blocks;
}

function blockLines(block: string, width: number, ascii: boolean): readonly Line[] {
  if (block.startsWith('```\n')) {
    return block
      .split('\n')
      .slice(1)
      .map((line): Line => [['dim', `  ${safe(line, ascii)}`]]);
  }
  const heading = /^#+ (.*)$/.exec(block);
  if (heading !== null) return [[['bold', safe(heading[1]!, ascii)]]];
  if (/^[-*] /.test(block)) {
    const items = block.split(/\n(?=[-*] )/).map((item) => item.slice(2));
    return items.flatMap((item) => paragraph(item, width, ascii, '- ', '  '));
  }
  if (block.startsWith('|')) return proseTable(block, width, ascii);
  return paragraph(block, width, ascii);
}

/** Words with how each part of them is painted. */
function wordsOf(text: string, ascii: boolean): readonly Word[] {
  const words: (readonly [Paint | null, string])[][] = [[]];
  const plainText = text
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(^|[\s(])\*([^\s*][^*]*)\*(?=$|[\s).,:;!?])/g, '$1$2')
    .trim();
  for (const [i, part] of plainText.split('**').entries()) {
    for (const [j, piece] of part.split(' ').entries()) {
      if (j > 0) words.push([]);
      if (piece !== '') words.at(-1)!.push([i % 2 === 1 ? 'bold' : null, safe(piece, ascii)]);
    }
  }
  return words.filter((word) => word.length > 0);
}
