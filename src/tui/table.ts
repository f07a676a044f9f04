import { clip, fit, widthOf, widthOfLine, type Line, type Span } from './line.ts';

export interface Column<T> {
  readonly title: string;
  /** Cells are flush right. */
  readonly right?: true;
  /** Cells it must have; without it, as wide as its widest cell. */
  readonly width?: number;
  cell(row: T): Span;
}

/** Title line and a line a row: every cell fitted, columns a blank apart, two before numbers. */
export function tableLines<T>(columns: readonly Column<T>[], rows: readonly T[], mark: string): Line[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map(
    (column, i) =>
      column.width ?? Math.max(widthOf(column.title), ...cells.map((row) => widthOf(textOf(row[i]!)))),
  );
  const line = (spans: readonly Span[]): Line =>
    spans.flatMap((span, i): Span[] => {
      const { right } = columns[i]!;
      // Nothing follows the last one.
      const fitted =
        i === columns.length - 1 && !right
          ? clip(textOf(span), widths[i]!, mark)
          : fit(textOf(span), widths[i]!, mark, right);
      const gap = i === 0 ? '' : right ? '  ' : ' ';
      return [gap, typeof span === 'string' ? fitted : [span[0], fitted]];
    });
  return [line(columns.map(({ title }): Span => ['dim', title])), ...cells.map(line)];
}

/** How many cells the columns take, the gaps between them included. */
export function widthOfColumns<T>(columns: readonly Column<T>[], rows: readonly T[], mark: string): number {
  const lines = tableLines(columns, rows, mark);
  return Math.max(...lines.map(widthOfLine));
}

function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[1];
}
