/** Every character of the screen that is not plain text, each one cell wide. */
export interface Glyphs {
  readonly rule: string;
  readonly more: string;
  readonly selected: string;
  readonly leader: string;
  readonly follower: string;
  readonly down: string;
  readonly paused: string;
  readonly unknown: string;
  readonly busy: string;
  readonly warn: string;
  readonly ok: string;
  readonly cut: string;
  readonly lane: string;
  readonly laneDown: string;
  readonly laneLeads: string;
  readonly event: string;
  readonly dot: string;
  readonly arrow: string;
  /** From nothing to most; the first is exactly nothing. */
  readonly bars: readonly string[];
}

export const unicodeGlyphs: Glyphs = {
  rule: '─',
  more: '…',
  selected: '›',
  leader: '★',
  follower: '○',
  down: '✕',
  paused: '‖',
  unknown: '?',
  busy: '~',
  warn: '▲',
  ok: '●',
  cut: '✕',
  lane: '│',
  laneDown: '┆',
  laneLeads: '┃',
  event: '●',
  dot: '·',
  arrow: '→',
  bars: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

export const asciiGlyphs: Glyphs = {
  rule: '-',
  more: '~',
  selected: '>',
  leader: '*',
  follower: 'o',
  down: 'x',
  paused: '=',
  unknown: '?',
  busy: '~',
  warn: '!',
  ok: '+',
  cut: 'x',
  lane: '|',
  laneDown: ':',
  laneLeads: '#',
  event: 'o',
  dot: '.',
  arrow: '>',
  bars: ['_', '.', ':', '-', '=', '+', '*', '#'],
};
