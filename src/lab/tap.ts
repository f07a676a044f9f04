import type { LabResult } from './run-lab.ts';
import type { Step } from './lab-run.ts';

/** The Test Anything Protocol, version 14: a test for each run of a lab, its steps as a subtest. */
export function tapVersion(): string {
  return 'TAP version 14';
}

export function tapOf({ lab, verdict, steps, ms, again, dir }: LabResult, number: number): string {
  const ok = verdict === 'passed';
  return [
    `# Subtest: ${lab.name}`,
    ...steps.map((step, i) => stepOf(step, i + 1)).flatMap((text) => indented(text)),
    `    1..${steps.length}`,
    `${ok ? 'ok' : 'not ok'} ${number} - ${escaped(lab.name)}`,
    '  ---',
    `  duration_ms: ${ms}`,
    ...(ok ? [] : [`  verdict: ${verdict}`, `  again: ${JSON.stringify(again)}`]),
    ...(dir === null ? [] : [`  artifacts: ${JSON.stringify(dir)}`]),
    '  ...',
  ].join('\n');
}

export function tapPlan(count: number): string {
  return `1..${count}`;
}

function stepOf({ line, text, verdict, said, ms }: Step, number: number): string {
  const ok = verdict === 'passed';
  const head = `${ok ? 'ok' : 'not ok'} ${number} - ${escaped(`${line}: ${text.replaceAll(/\s+/g, ' ')}`)}`;
  if (ok) return head;
  return [
    head,
    '  ---',
    `  verdict: ${verdict}`,
    `  duration_ms: ${ms}`,
    '  message: |',
    ...said.split('\n').map((one) => `    ${one}`),
    '  ...',
  ].join('\n');
}

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `    ${line}`);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', String.raw`\#`);
}
