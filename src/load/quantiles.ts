/** Of what was measured, by nearest rank; null where nothing was. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

export function quantilesOf(measured: readonly number[]): Quantiles {
  const sorted = Float64Array.from(measured).toSorted();
  const at = (share: number): number | null => {
    const rank = Math.max(0, Math.ceil(sorted.length * share) - 1);
    return rounded(sorted[rank]);
  };
  const sum = sorted.reduce((total, one) => total + one, 0);
  return {
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
    mean: rounded(sorted.length === 0 ? undefined : sum / sorted.length),
  };
}

/** To the microsecond. */
export function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1000) / 1000;
}
