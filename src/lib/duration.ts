/** Durations as people type them: `250ms`, `10s`, `1.5m`, `1h`. In code they are numbers of milliseconds. */
const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds, or null when `text` is not a duration. A bare number is refused: its unit is a guess. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (match === null) return null;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return Number.isFinite(ms) ? ms : null;
}

/** In the largest unit that needs no fraction: `1500ms`, `10s`, `2m`. Parses back to the same number. */
export function exactDuration(ms: number): string {
  const unit = (['h', 'm', 's'] as const).find((one) => ms > 0 && ms % unitMs[one] === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unitMs[unit]}${unit}`;
}

/** For people to read, to two decimals: `250ms`, `10s`, `1.5s`, `2m`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${trim(ms / 1000)}s`;
  if (ms < 3_600_000) return `${trim(ms / 60_000)}m`;
  return `${trim(ms / 3_600_000)}h`;
}

function trim(value: number): string {
  return String(Math.round(value * 100) / 100);
}
