import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkers } from '../../src/checkers/checkers.ts';
import { judge, misfit } from '../../src/checkers/judge.ts';
import { kinds, subjectOf } from '../../src/checkers/subject.ts';
import { read } from '../house/sources.ts';
import { root } from '../support/root.ts';
import { never } from './session-suite.ts';

const camel = (name: string): string =>
  name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const tests = readdirSync(join(root, 'test/checkers'))
  .filter((name) => name.endsWith('.test.ts') && name !== 'table.test.ts')
  .map((name) => read(`test/checkers/${name}`));

describe.for(checkers.map((checker) => [checker.name, checker] as const))('%s', ([name, checker]) => {
  test('a file of its own, twins of both kinds, and a line in the README', () => {
    expect(read(`src/checkers/${name}.ts`)).toContain(`export const ${camel(name)}: Checker`);
    expect(tests.filter((text) => text.includes(`import { ${camel(name)} }`)).length).toBeGreaterThan(0);
    expect(read('src/checkers/README.md')).toContain(`| \`${name}\` |`);
  });

  test('says in one sentence what it claims, and whose claim it is', () => {
    expect(checker.claim).toMatch(/^[A-Z][^]*[^.]\.$/);
    expect(checker.claim.match(/\. /g)).toBeNull();
    expect(checker.source).toMatch(/\d{4}|Jepsen/);
    expect(checker.takes.length).toBeGreaterThan(0);
  });

  test('a history in which nothing happened is unknown, never valid', () => {
    for (const kind of kinds) {
      const finding = judge(
        checker,
        subjectOf({ header: {}, operations: [], keyed: false }, { kind }),
        never,
      );
      expect({ kind, verdict: finding.verdict }).toEqual({ kind, verdict: 'unknown' });
    }
  });

  test('so is one of another kind', () => {
    const other = kinds.find((kind) => !checker.takes.includes(kind));
    if (other === undefined) return;
    const empty = subjectOf({ header: {}, operations: [], keyed: false }, { kind: other });
    expect(misfit(checker, empty)).toContain(`this is one of a ${other}`);
  });
});
