import type { LabResult } from './run-lab.ts';
import type { Step } from './lab-run.ts';
import type { Verdict } from './verdict.ts';

/** JUnit's XML as CI servers read it: a suite for each run of a lab, a case for each step. */
export function junitOf(results: readonly LabResult[]): string {
  const suites = results.map(suiteOf);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="replab lab run"${counts(results.flatMap(({ steps }) => steps))} time="${seconds(sum(results))}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteOf({ lab, steps, ms, seed, again, dir }: LabResult): string {
  const properties = { seed: String(seed), again, ...(dir === null ? {} : { artifacts: dir }) };
  return [
    `  <testsuite name="${escaped(lab.name)}" file="${escaped(lab.file)}"${counts(steps)} time="${seconds(ms)}">`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `      <property name="${name}" value="${escaped(value)}"/>`,
    ),
    '    </properties>',
    ...steps.map((step) => caseOf(lab.name, lab.file, step)),
    '  </testsuite>',
  ].join('\n');
}

function caseOf(lab: string, file: string, { line, text, ms, verdict, said }: Step): string {
  const head = `    <testcase classname="${escaped(lab)}" name="${escaped(`${line}: ${text}`)}" file="${escaped(file)}" line="${line}" time="${seconds(ms)}"`;
  if (verdict === 'passed') return `${head}/>`;
  const [first = ''] = said.split('\n');
  const element = isError(verdict) ? 'error' : 'failure';
  return `${head}>\n      <${element} type="${verdict}" message="${escaped(first)}">${escaped(said)}</${element}>\n    </testcase>`;
}

/** JUnit has no third value: what cannot be told is an error, since the property is not refuted. */
function isError(verdict: Verdict): boolean {
  return verdict !== 'failed' && verdict !== 'passed';
}

function counts(steps: readonly Step[]): string {
  const failures = steps.filter(({ verdict }) => verdict === 'failed').length;
  const errors = steps.filter(({ verdict }) => isError(verdict)).length;
  return ` tests="${steps.length}" failures="${failures}" errors="${errors}"`;
}

function sum(results: readonly LabResult[]): number {
  return results.reduce((all, { ms }) => all + ms, 0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function escaped(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
      // What XML 1.0 cannot hold at all.
      .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
  );
}
