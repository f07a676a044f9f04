import type { Glyphs } from '../glyphs.ts';
import { widthOf, type Line } from '../line.ts';

/** `── events ─────────`: where a section begins. */
export function rule(title: string, width: number, { rule: dash }: Glyphs): Line {
  const head = `${dash.repeat(2)} ${title} `;
  return [['dim', head + dash.repeat(Math.max(0, width - widthOf(head)))]];
}
