import type { Style } from './style.ts';

/** A cell of a table: its text, and how it is painted after it has been padded. */
export type Cell = string | { readonly text: string; readonly paint: keyof Style };

/**
 * Columns as wide as their widest cell, two spaces apart, without trailing blanks. Columns in `right` are
 * flush right. The head is dim.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Style,
  right: readonly number[] = [],
): string {
  const texts = [head, ...rows.map((row) => row.map(textOf))];
  const widths = head.map((_, i) => Math.max(...texts.map((row) => [...(row[i] ?? '')].length)));
  const line = (cells: readonly Cell[], paint?: keyof Style): string =>
    cells
      .map((cell, i) => {
        const last = i === cells.length - 1;
        const padded = pad(textOf(cell), widths[i] ?? 0, right.includes(i), last);
        const painted = typeof cell === 'string' ? paint : cell.paint;
        return painted === undefined ? padded : style[painted](padded);
      })
      .join('  ')
      .trimEnd();
  return [line(head, 'dim'), ...rows.map((row) => line(row))].join('\n');
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function pad(text: string, width: number, right: boolean, last: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - [...text].length));
  if (right) return blanks + text;
  return last ? text : text + blanks;
}
