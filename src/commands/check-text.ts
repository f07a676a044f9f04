import { formatDuration } from '../lib/duration.ts';
import type { CheckedClaim, CheckReport } from './check-report.ts';
import { count } from './count.ts';
import type { Style } from './style.ts';

const paints = { valid: 'good', violated: 'bad', unknown: 'caution' } as const;

export function checkText(report: CheckReport, style: Style): string {
  const { ok, fail, info } = report.operations;
  const how = [`${ok} ok`, ...(fail > 0 ? [`${fail} failed`] : []), ...(info > 0 ? [`${info} unknown`] : [])];
  const what = report.transactions ? `transactions on ${report.model}s` : `operations on ${report.model}s`;
  const keys = `${count(report.keys, 'key')}${report.keyed ? ', from tuples' : ''}`;
  const head = `${style.bold(report.file)}: ${what}, ${keys}; ${how.join(', ')}`;
  const width = Math.max(0, ...report.claims.map(({ name }) => name.length));
  const claims = report.claims.flatMap((claim) => claimLines(claim, width, style));
  const none = ['', 'no claim fits such a history'];
  const torn = report.torn ? [style.caution('its last line is torn: whoever wrote it was killed')] : [];
  return [head, ...torn, ...(report.claims.length === 0 ? none : ['', ...claims])].join('\n');
}

function claimLines(claim: CheckedClaim, width: number, style: Style): readonly string[] {
  const { name, verdict, reason, seen, of, witness, figures, ms } = claim;
  const short = witness?.anomaly ?? reason ?? (seen === null ? '' : `${seen} ${of}`);
  const time = ms >= 100 ? style.dim(` (${formatDuration(ms)})`) : '';
  const first = `${style[paints[verdict]](verdict.padEnd(8))}  ${name.padEnd(width)}  ${short}`.trimEnd();
  const lines = [`${first}${time}`];
  if (figures !== null) lines.push(style.dim(`          ${figuresText(figures)}`));
  if (witness === null) return lines;
  const all = witness.operations.length;
  return [
    ...lines,
    `          ${style.dim(claim.claim)}`,
    ...witness.why.map((sentence) => `          ${sentence[0]!.toUpperCase()}${sentence.slice(1)}.`),
    '',
    ...witness.lanes.map((lane) => `            ${lane}`),
    ...(witness.drawn < all ? ['', `            (the last ${witness.drawn} of ${all})`] : []),
    '',
  ];
}

/** `neverRead` as `never read`. */
function figuresText(figures: NonNullable<CheckedClaim['figures']>): string {
  return Object.entries(figures)
    .filter(([, value]) => value !== null)
    .map(
      ([name, value]) =>
        `${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${Math.round(value!)}`,
    )
    .join(', ');
}
