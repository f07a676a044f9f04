import { widthOf, type Line, type Paint } from '../src/tui/line.ts';

interface Ink {
  readonly fill: string;
  readonly bold?: true;
  readonly ground?: string;
}

const plain: Ink = { fill: '#d0d7de' };
const inks: Readonly<Record<Paint, Ink>> = {
  good: { fill: '#7ee787' },
  caution: { fill: '#e3b341' },
  bad: { fill: '#ff8e86' },
  dim: { fill: '#8b949e' },
  bold: { fill: '#ffffff', bold: true },
  alarm: { fill: '#ffffff', bold: true, ground: '#b62324' },
};

/** Lines of the screen as a picture: a text a span, each stretched to its cells, so that no font moves a column. */
export function toSvg(lines: readonly Line[], columns: number): string {
  const [cell, leading, margin] = [8.4, 18, 14];
  const width = Math.ceil(columns * cell + 2 * margin);
  const height = lines.length * leading + 2 * margin;
  const drawn = lines.flatMap((line, row) => {
    let at = 0;
    return line.flatMap((span) => {
      const text = typeof span === 'string' ? span : span[1];
      const ink = typeof span === 'string' ? plain : inks[span[0]];
      const x = margin + at * cell;
      const cells = widthOf(text);
      at += cells;
      const y = margin + row * leading;
      const ground =
        ink.ground === undefined
          ? []
          : [
              `<rect x="${px(x)}" y="${y}" width="${px(cells * cell)}" height="${leading}" fill="${ink.ground}"/>`,
            ];
      if (text.trim() === '') return ground;
      const start = widthOf(text) - widthOf(text.trimStart());
      const shown = text.trim();
      const weight = ink.bold ? ' font-weight="bold"' : '';
      return [
        ...ground,
        `<text x="${px(x + start * cell)}" y="${y + 13}" textLength="${px(widthOf(shown) * cell)}" lengthAdjust="spacingAndGlyphs" fill="${ink.fill}"${weight}>${escaped(shown)}</text>`,
      ];
    });
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="replab watch: two leaders after a partition">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
    ...drawn,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
