import { formatDuration } from '../lib/duration.ts';
import { msText } from '../load/live.ts';
import type { LoadReport, Side } from '../load/report.ts';
import { count } from './count.ts';
import type { Style } from './style.ts';

export function loadText(report: LoadReport, style: Style): string {
  const { id, workload, plan, tookMs, ok, refused, unknown, okPerS, readsAt, errors, thin, history } = report;
  const bad = [
    ...(refused > 0 ? [style.caution(`${refused} refused`)] : []),
    ...(unknown > 0 ? [style.caution(`${unknown} unknown`)] : []),
  ];
  const at =
    readsAt.leader + readsAt.follower === 0
      ? ''
      : `; ${readsAt.leader} at the leader, ${readsAt.follower} at followers`;
  return [
    `${style.bold(id)}: ${workload}, ${count(plan.clients, 'client')}, ${formatDuration(tookMs)}: ${[`${ok} ok`, ...bad].join(', ')}; ${Math.round(okPerS)}/s`,
    sideLine('reads', report.reads, at),
    sideLine('writes', report.writes, ''),
    ...costLines(report),
    ...errors.map(({ code, outcome, count: times }) => `  ${times} ${outcome}: ${code}`),
    ...anomalyLines(report, style),
    ...(report.notBegun > 0
      ? [style.caution(`  ${report.notBegun} were due and not begun: all clients were busy`)]
      : []),
    ...(thin ? [style.caution('thin: fewer operations were acknowledged than --min')] : []),
    style.dim(`history ${history}`),
  ].join('\n');
}

function sideLine(name: string, { ok, latencyMs: { p50, p90, p99, max } }: Side, more: string): string {
  const times = [`p50 ${msText(p50)}`, `p90 ${msText(p90)}`, `p99 ${msText(p99)}`, `max ${msText(max)}`];
  return `  ${name.padEnd(6)} ${String(ok).padStart(6)}  ${times.join('  ')}${more}`;
}

/** Of guarantees. */
function costLines({ plan, sessions: { waits, waitedMs, moves, losses } }: LoadReport): readonly string[] {
  if (plan.guarantee === '') return [];
  const lost = losses === 0 ? '' : `, ${count(losses, 'loss')} told`;
  return [
    `  ${plan.guarantee}: ${count(waits, 'wait')} (${formatDuration(waitedMs)} in all), ${count(moves, 'move')}${lost}`,
  ];
}

function anomalyLines(report: LoadReport, style: Style): readonly string[] {
  const { staleReads, readsBackwards, ownWritesMissing, lostWrites, visibleMs, versionsBehindMax } = report;
  const counts = [
    ['stale reads', staleReads],
    ['time going backwards', readsBackwards],
    ['own writes missing', ownWritesMissing],
    ['acknowledged writes lost', lostWrites],
  ] as const;
  const said = counts.flatMap(([name, number]) =>
    number === null ? [] : [`${name} ${number > 0 ? style.bad(String(number)) : number}`],
  );
  if (said.length === 0) return [];
  const line = `  ${said.join(', ')}`;
  if (visibleMs.p99 === null) return [line];
  const quantiles = `p50 ${msText(visibleMs.p50)}  p99 ${msText(visibleMs.p99)}  max ${msText(visibleMs.max)}`;
  return [
    line,
    `  a write seen by all reads within ${quantiles}; reads at most ${count(versionsBehindMax ?? 0, 'write')} behind`,
  ];
}
