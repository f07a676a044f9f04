import { describe, expect, test } from 'vitest';
import { plain } from '../../src/commands/style.ts';
import { annotationsOf } from '../../src/lab/annotations.ts';
import { junitOf } from '../../src/lab/junit.ts';
import type { Step } from '../../src/lab/lab-run.ts';
import { readLab } from '../../src/lab/read-lab.ts';
import { runsDocument } from '../../src/lab/report-json.ts';
import { endText, stepText } from '../../src/lab/report-text.ts';
import type { LabResult } from '../../src/lab/run-lab.ts';
import { skeleton } from '../../src/lab/skeleton.ts';
import { tapOf } from '../../src/lab/tap.ts';
import { exitOf, verdictOf, worst, type Verdict } from '../../src/lab/verdict.ts';

const lab = readLab('one', 'labs/one, two.md', skeleton);

function step(verdict: Verdict, more: Partial<Step> = {}): Step {
  return {
    kind: 'command',
    line: 7,
    text: 'expect \'a < "b"\' # 50%',
    mark: 'set-up',
    verdict,
    exit: 0,
    event: null,
    ms: 1234,
    said: verdict === 'passed' ? 'true' : 'false\n  a = 2 & more\u0000',
    document: null,
    ...more,
  };
}

function result(verdict: Verdict): LabResult {
  const steps = [step('passed'), step(verdict)];
  return {
    lab,
    verdict,
    seed: 42,
    steps,
    ms: 2500,
    explained: [],
    dir: '/tmp/x',
    again: 'replab lab run one',
  };
}

describe('verdicts', () => {
  test('of several the worst', () => {
    expect(worst([])).toBe('passed');
    expect(worst(['passed', 'inconclusive'])).toBe('inconclusive');
    expect(worst(['failed', 'inconclusive'])).toBe('failed');
    expect(worst(['failed', 'mistake', 'passed'])).toBe('mistake');
    expect(worst(['broken', 'mistake'])).toBe('broken');
  });

  test.for([
    [0, 'passed', 'failed'],
    [1, 'failed', 'passed'],
    [2, 'inconclusive', 'inconclusive'],
    [3, 'mistake', 'mistake'],
    [8, 'failed', 'passed'],
    [70, 'broken', 'broken'],
    [130, 'interrupted', 'interrupted'],
  ] as const)('exit %i is %s, and behind ! %s', ([exit, bare, negated]) => {
    expect([verdictOf(exit, false), verdictOf(exit, true)]).toEqual([bare, negated]);
  });

  test('have the exit codes of the command line', () => {
    expect(exitOf).toMatchObject({ passed: 0, failed: 1, inconclusive: 2, mistake: 3, broken: 70 });
  });
});

describe('reports', () => {
  test('text: what did not pass says why, and where', () => {
    expect(stepText(lab, step('passed'), plain)).not.toContain('\n');
    expect(stepText(lab, step('failed'), plain)).toMatch(/FAILED +7 [^]*a = 2[^]*labs\/one, two\.md:7$/);
    expect(endText(result('failed'), plain)).toMatch(
      /^FAILED +one[^]*again: +replab lab run one[^]*artifacts: \/tmp\/x$/,
    );
  });

  test('JUnit: what XML cannot hold is replaced, the rest is escaped; undecided is an error', () => {
    const xml = junitOf([result('failed'), result('inconclusive')]);
    expect(xml).toContain(
      '<testsuites name="replab lab run" tests="4" failures="1" errors="1" time="5.000">',
    );
    expect(xml).toContain(`name="7: expect 'a &lt; &quot;b&quot;' # 50%"`);
    expect(xml).toContain(
      '<failure type="failed" message="false">false&#10;  a = 2 &amp; more\u{FFFD}</failure>',
    );
    expect(xml).toContain('<error type="inconclusive"');
    expect(xml).toContain('<property name="seed" value="42"/>');
  });

  test('TAP: a subtest for the steps, # escaped, why as YAML', () => {
    const tap = tapOf(result('failed'), 3).split('\n');
    expect(tap[0]).toBe('# Subtest: one');
    expect(tap[1]).toBe(String.raw`    ok 1 - 7: expect 'a < "b"' \# 50%`);
    expect(tap[2]).toMatch(/^ {4}not ok 2 - 7: /);
    expect(tap).toContain('    1..2');
    expect(tap).toContain('not ok 3 - one');
    expect(tap).toContain('  again: "replab lab run one"');
  });

  test('GitHub: one command a step, nothing in it that would end it', () => {
    const [only, ...others] = annotationsOf(result('inconclusive'));
    expect(others).toEqual([]);
    expect(only).toMatch(
      /^::warning file=labs\/one%2C two\.md,line=7,title=one%3A inconclusive::expect .* 50%25%0A/,
    );
    expect(only).not.toContain('\n');
  });

  test('JSON: the worst is the exit code', () => {
    expect(runsDocument([result('passed'), result('inconclusive')])).toMatchObject({
      schema: 'replab.lab-run/1',
      exit: 2,
      outcome: 'inconclusive',
      labs: [{ name: 'one', verdict: 'passed' }, { verdict: 'inconclusive' }],
    });
  });
});
