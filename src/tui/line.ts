import stringWidth from 'string-width';

/** How a piece of a line is painted; what the colours are is the painter's. */
export type Paint = 'good' | 'caution' | 'bad' | 'dim' | 'bold' | 'alarm';

/** A piece of a line. Text holds no control characters: see `safe`. */
export type Span = string | readonly [Paint, string];

export type Line = readonly Span[];

export type Painter = Readonly<Record<Paint, (text: string) => string>>;

/** Cells the text takes; what Ink counts too. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  // Signs and cells: there are few, and thousands of each in a frame of fifty nodes.
  if (text.length > 12) return stringWidth(text);
  const known = signWidths.get(text);
  if (known !== undefined) return known;
  const width = stringWidth(text);
  if (signWidths.size < 4000) signWidths.set(text, width);
  return width;
}

const signWidths = new Map<string, number>();

const segmenter = new Intl.Segmenter();

/** The beginning of the text that fits, marked as cut; the whole when it fits. */
export function clip(text: string, width: number, mark: string): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  const pieces = piecesOf(text.slice(0, mostUnits(width)));
  return pieces.slice(0, fitting(pieces, width - 1)).join('') + mark;
}

/** The end of the text that fits, marked as cut: where it is typed. */
export function clipStart(text: string, width: number, mark: string): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  const pieces = piecesOf(text.slice(-mostUnits(width))).toReversed();
  return (
    mark +
    pieces
      .slice(0, fitting(pieces, width - 1))
      .toReversed()
      .join('')
  );
}

/** A value may be of megabytes: no more of it than could be shown is taken apart. */
function mostUnits(width: number): number {
  return 32 * (width + 1);
}

/** What is never cut in two: a character as one sees it, and an escape of `safe`. */
function piecesOf(text: string): readonly string[] {
  return text.split(/(\\u\{[\da-f]+\}|\\[nrt])/).flatMap((part, i) => {
    if (i % 2 === 1) return [part];
    return /^[ -~]*$/.test(part)
      ? part.split('')
      : Array.from(segmenter.segment(part), ({ segment }) => segment);
  });
}

/** How many of the pieces fit, from the first on. */
function fitting(pieces: readonly string[], width: number): number {
  let used = 0;
  const over = pieces.findIndex((piece) => (used += widthOf(piece)) > width);
  return over < 0 ? pieces.length : over;
}

/** Exactly so many cells: clipped, or padded on the side it is not flush with. */
export function fit(text: string, width: number, mark: string, right = false): string {
  const clipped = clip(text, width, mark);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(clipped)));
  return right ? blanks + clipped : clipped + blanks;
}

/** People's data on one line: control characters, and with `ascii` all but ASCII, as escapes. */
export function safe(text: string, ascii: boolean): string {
  const odd = ascii ? /[^ -~]/gu : /[\p{C}\p{Zl}\p{Zp}]/gu;
  return text.replaceAll(odd, (char) => escapes.get(char) ?? `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

export function textOf(line: Line): string {
  return line.map((span) => (typeof span === 'string' ? span : span[1])).join('');
}

export function widthOfLine(line: Line): number {
  return line.reduce((sum, span) => sum + widthOf(typeof span === 'string' ? span : span[1]), 0);
}

/** The line in at most so many cells, marked where it was cut. */
export function clipLine(line: Line, width: number, mark: string): Line {
  if (widthOfLine(line) <= width) return line;
  const kept: Span[] = [];
  let left = width;
  for (const span of line) {
    const text = typeof span === 'string' ? span : span[1];
    const cells = widthOf(text);
    // What follows has no room: the mark must find some here.
    const part = cells < left ? text : clip(`${text} `, left, mark);
    kept.push(typeof span === 'string' ? part : [span[0], part]);
    left -= widthOf(part);
    if (left <= 0) break;
  }
  return kept;
}

/** The line in several where it does not fit, broken between words; what is more than `most` is cut. */
export function wrapLine(line: Line, width: number, most: number, mark: string): readonly Line[] {
  const lines: Line[] = [];
  let rest = line;
  while (lines.length < most - 1 && widthOfLine(rest) > width) {
    const head = textOf(clipLine(rest, width + 1, ''));
    const end = head.lastIndexOf(' ');
    // One word that is longer than a line is cut as any line is.
    if (end <= width / 2) break;
    lines.push(sliced(rest, 0, end));
    rest = ['  ', ...sliced(rest, end + 1, Number.POSITIVE_INFINITY)];
  }
  return [...lines, clipLine(rest, width, mark)];
}

/** Its characters from one to another. */
function sliced(line: Line, from: number, to: number): Line {
  let at = 0;
  return line.flatMap((span): Line => {
    const text = typeof span === 'string' ? span : span[1];
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += text.length;
    if (part === '') return [];
    return [typeof span === 'string' ? part : [span[0], part]];
  });
}

function padLine(line: Line, width: number, mark: string): Line {
  const clipped = clipLine(line, width, mark);
  const blanks = width - widthOfLine(clipped);
  return blanks > 0 ? [...clipped, ' '.repeat(blanks)] : clipped;
}

/** Left and right at the two edges; the left gives way. */
export function justify(left: Line, right: Line, width: number, mark: string): Line {
  const room = width - widthOfLine(right);
  if (room < 8) return clipLine(left, width, mark);
  return [...padLine(left, room - 1, mark), ' ', ...right];
}

/** Two blocks side by side, as high as the higher one. */
export function beside(
  left: readonly Line[],
  leftWidth: number,
  right: readonly Line[],
  mark: string,
): Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [
    ...padLine(left[i] ?? [], leftWidth, mark),
    '  ',
    ...(right[i] ?? []),
  ]);
}

/** As it is written to the terminal: no trailing blanks, unless they are painted. */
export function paintLine(line: Line, width: number, mark: string, painter: Painter): string {
  return clipLine(line, width, mark)
    .map((span) => (typeof span === 'string' ? span : painter[span[0]](span[1])))
    .join('')
    .trimEnd();
}

const same = (text: string): string => text;

export const plainPainter: Painter = {
  good: same,
  caution: same,
  bad: same,
  dim: same,
  bold: same,
  alarm: same,
};
