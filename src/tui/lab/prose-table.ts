import { fit, safe, widthOf, type Line } from '../line.ts';

const gap = 2;
/** A column narrower than this is no text any more. */
const leastWidth = 6;

/** A table of Markdown: columns under their titles, a cell that finds no room in lines of its own. */
export function proseTable(block: string, width: number, ascii: boolean): readonly Line[] {
  const rows = block.split('\n').flatMap((line) => (isRule(line) ? [] : [cellsOf(line, ascii)]));
  const count = Math.max(...rows.map((row) => row.length));
  const wanted = Array.from({ length: count }, (_, i) =>
    Math.max(...rows.map((row) => widthOf(row[i] ?? ''))),
  );
  const widths = sharedOut(wanted, width - gap * (count - 1));
  const lines = rows.map((row) => rowLines(row, widths));
  return lines.flatMap((own, i) =>
    i === 0 ? own.map((line): Line => [['bold', line]]) : own.map((line) => [line]),
  );
}

/** A row in as many lines as its highest cell. */
function rowLines(row: readonly string[], widths: readonly number[]): readonly string[] {
  const cells = widths.map((width, i) => inLines(row[i] ?? '', width));
  return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, line) =>
    cells
      .map((cell, i) => fit(cell[line] ?? '', widths[i]!, ''))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

/** Takes from the widest until all have room; none gets less than `leastWidth`, unless it wants less. */
function sharedOut(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  for (let over = widths.reduce((sum, one) => sum + one, 0) - room; over > 0; over -= 1) {
    const widest = Math.max(...widths);
    if (widest <= leastWidth) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

function inLines(text: string, width: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ').flatMap((one) => inPieces(one, width))) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (widthOf(line) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A word that is longer than its column goes on below. */
function inPieces(word: string, width: number): readonly string[] {
  if (widthOf(word) <= width) return [word];
  return Array.from({ length: Math.ceil(word.length / width) }, (_, i) =>
    word.slice(i * width, (i + 1) * width),
  );
}

function isRule(line: string): boolean {
  return /^\|[\s:|-]+\|?$/.test(line);
}

/** A bar that a backslash quotes is text. */
function cellsOf(line: string, ascii: boolean): readonly string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner
    .split(/(?<!\\)\|/)
    .map((cell) => safe(cell.trim().replaceAll('\\|', '|').replaceAll('**', ''), ascii));
}
