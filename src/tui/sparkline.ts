import type { Glyphs } from './glyphs.ts';

/**
 * One character a value. Nothing behind is the lowest bar and only that; the smallest lag already shows, and
 * the heights between are logarithmic, so that 3 beside 3000 does. Not known is a gap.
 */
export function sparkline(values: readonly (number | null)[], peak: number, { bars }: Glyphs): string {
  const steps = bars.length - 1;
  return values
    .map((value) => {
      if (value === null) return ' ';
      if (value <= 0) return bars[0]!;
      const share = peak <= 1 ? 1 : Math.log(value + 1) / Math.log(peak + 1);
      return bars[Math.min(steps, Math.max(1, Math.round(share * steps)))]!;
    })
    .join('');
}

export function peakOf(series: Iterable<readonly (number | null)[]>): number {
  let peak = 0;
  for (const values of series) for (const value of values) peak = Math.max(peak, value ?? 0);
  return peak;
}
