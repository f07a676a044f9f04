import { createLiveAnomalies } from './live-anomalies.ts';
import { quantilesOf } from './quantiles.ts';
import type { Recorded } from './report.ts';

/** A line about how a load goes, of what was done since the line before. */
export interface Live {
  done(recorded: Recorded, atMs: number): void;
}

const everyMs = 1000;

/** `registers`: their keys hold values that were written once, so what a read missed is known at once. */
export function createLive(id: () => string, registers: boolean, say: (line: string) => void): Live {
  const anomalies = registers ? createLiveAnomalies() : null;
  let since: Recorded[] = [];
  let sinceMs = 0;
  const totals = { ops: 0, refused: 0, unknown: 0 };
  return {
    done(recorded, atMs) {
      since.push(recorded);
      anomalies?.done(recorded.operation, recorded.isRead);
      totals.ops += 1;
      if (recorded.operation.outcome === 'fail') totals.refused += 1;
      if (recorded.operation.outcome === 'info') totals.unknown += 1;
      if (atMs - sinceMs < everyMs) return;
      const ok = since.filter(({ operation }) => operation.outcome === 'ok');
      const { p50, p99 } = quantilesOf(ok.map(({ tookMs }) => tookMs));
      const perS = Math.round((ok.length * 1000) / (atMs - sinceMs));
      const errors = [
        countText(totals.refused, 'refused'),
        countText(totals.unknown, 'unknown'),
        countText(anomalies?.staleReads, 'stale'),
        countText(anomalies?.ownWritesMissing, 'own writes missing'),
      ].join('');
      say(
        `${id()}  ${(atMs / 1000).toFixed(0)}s  ${perS}/s  p50 ${msText(p50)}  p99 ${msText(p99)}  ${totals.ops} done${errors}`,
      );
      since = [];
      sinceMs = atMs;
    },
  };
}

function countText(count: number | undefined, what: string): string {
  return count === undefined || count === 0 ? '' : `, ${count} ${what}`;
}

/** `0.42ms`, `12ms`; `-` for nothing. */
export function msText(ms: number | null): string {
  if (ms === null) return '-';
  return ms < 10 ? `${ms.toFixed(2)}ms` : `${Math.round(ms)}ms`;
}
