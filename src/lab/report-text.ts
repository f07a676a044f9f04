import { count } from '../commands/count.ts';
import type { Style } from '../commands/style.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Lab } from './lab.ts';
import type { Step } from './lab-run.ts';
import type { LabResult } from './run-lab.ts';
import type { Verdict } from './verdict.ts';

const words = {
  passed: 'ok',
  failed: 'FAILED',
  inconclusive: 'CANNOT TELL',
  mistake: 'MISTAKE',
  broken: 'BROKEN',
  interrupted: 'INTERRUPTED',
} as const satisfies Record<Verdict, string>;

export function beginText(lab: Lab, seed: number, nth: number, style: Style): string {
  const again = nth === 0 ? '' : `, run ${nth + 1}`;
  return `${style.bold(lab.name)}  ${lab.front.title}${style.dim(`  seed ${seed}${again}`)}`;
}

export function stepText(lab: Lab, step: Step, style: Style): string {
  const { line, verdict, text, ms, said, kind, mark } = step;
  const word = painted(verdict, words[verdict].padEnd(3), style);
  const what =
    kind === 'question' ? `${firstLine(text)} ${style.dim('→')} ${firstLine(said)}` : firstLine(text);
  const tag = mark === 'weak' || mark === 'fix' ? mark.padEnd(5) : '     ';
  const head = `  ${word} ${style.dim(String(line).padStart(4))} ${style.dim(tag)} ${what}${ms < 10 ? '' : style.dim(`  ${formatDuration(ms)}`)}`;
  if (verdict === 'passed') return head;
  return [
    head,
    ...said.split('\n').map((one) => `           ${one}`),
    `           ${style.dim(`${lab.file}:${line}`)}`,
  ].join('\n');
}

export function endText({ lab, verdict, steps, ms, dir, again }: LabResult, style: Style): string {
  const ran = steps.filter(({ kind }) => kind === 'command').length;
  const lines = [
    `${painted(verdict, words[verdict] === 'ok' ? 'passed' : words[verdict], style)}  ${lab.name}  ${count(ran, 'command')}, ${formatDuration(ms)}`,
    ...(verdict === 'passed' ? [] : [`  again:     ${again}`]),
    ...(dir === null ? [] : [`  artifacts: ${dir}`]),
  ];
  return lines.join('\n');
}

export function sumText(results: readonly LabResult[], style: Style): string {
  const by = (verdict: Verdict): number => results.filter((one) => one.verdict === verdict).length;
  const others = (Object.keys(words) as Verdict[]).filter(
    (verdict) => verdict !== 'passed' && by(verdict) > 0,
  );
  const parts = [
    `${by('passed')} passed`,
    ...others.map((verdict) => painted(verdict, `${by(verdict)} ${words[verdict].toLowerCase()}`, style)),
  ];
  return `\n${style.bold(count(results.length, 'run'))}: ${parts.join(', ')}`;
}

function painted(verdict: Verdict, text: string, style: Style): string {
  if (verdict === 'passed') return style.good(text);
  return verdict === 'inconclusive' ? style.caution(text) : style.bad(text);
}

function firstLine(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  return rest.length === 0 ? first : `${first} …`;
}
