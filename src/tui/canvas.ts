import { widthOf, type Line, type Paint, type Span } from './line.ts';

interface Cell {
  readonly char: string;
  readonly paint: Paint | null;
}

/** A grid of cells to draw on; what falls outside is left out. */
export class Canvas {
  readonly #cells: (Cell | null)[][];
  readonly columns: number;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.#cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => null));
  }

  put(x: number, y: number, char: string, paint: Paint | null): void {
    const row = this.#cells[y];
    if (row !== undefined && x >= 0 && x < this.columns) row[x] = { char, paint };
  }

  text(x: number, y: number, text: string, paint: Paint | null): void {
    for (const [i, char] of [...text].entries()) this.put(x + i, y, char, paint);
  }

  /** Bresenham's line, both ends included; every `gap`-th cell is drawn. */
  line(
    from: readonly [number, number],
    to: readonly [number, number],
    char: string,
    paint: Paint | null,
    gap = 1,
  ): void {
    let [x, y] = from;
    const [dx, dy] = [Math.abs(to[0] - x), -Math.abs(to[1] - y)];
    const [sx, sy] = [x < to[0] ? 1 : -1, y < to[1] ? 1 : -1];
    let error = dx + dy;
    for (let step = 0; ; step += 1) {
      if (step % gap === 0) this.put(x, y, char, paint);
      if (x === to[0] && y === to[1]) return;
      const twice = 2 * error;
      if (twice >= dy) {
        error += dy;
        x += sx;
      }
      if (twice <= dx) {
        error += dx;
        y += sy;
      }
    }
  }

  lines(): readonly Line[] {
    return this.#cells.map((row) => {
      const spans: Span[] = [];
      let run = '';
      let paint: Paint | null = null;
      const close = (): void => {
        if (run !== '') spans.push(paint === null ? run : [paint, run]);
        run = '';
      };
      for (const cell of row) {
        const next = cell?.paint ?? null;
        if (next !== paint) close();
        paint = next;
        run += cell?.char ?? ' ';
      }
      close();
      return spans;
    });
  }
}

/** A label's left end, so that it stands around `x` and inside the canvas. */
export function centred(x: number, label: string, columns: number): number {
  const width = widthOf(label);
  return Math.max(0, Math.min(columns - width, x - Math.floor(width / 2)));
}
