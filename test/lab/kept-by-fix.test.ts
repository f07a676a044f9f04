import { expect, test } from 'vitest';
import { askedAbout, keptByFix } from '../../src/lab/kept-by-fix.ts';
import type { Block, BlockMark, CommandLine } from '../../src/lab/lab.ts';

function line(...words: readonly string[]): CommandLine {
  return { line: 1, text: words.join(' '), words, negated: false };
}

function lab(...blocks: readonly (readonly [BlockMark, ...CommandLine[]])[]) {
  const parts = blocks.map(([mark, ...commands]) => {
    const block: Block = { mark, commands };
    return { kind: 'block', line: 1, block } as const;
  });
  return { sections: [{ heading: null, kind: 'prose', line: 1, parts }] } as const;
}

test('what only the fix keeps, however it is written', () => {
  const read = lab(
    ['weak', line('get', 'x', '--save', 'both'), line('get', 'x', '--save', 'weak')],
    ['fix', line('get', 'x', '--save=fixed'), line('expect-exit', '8', '--', 'put', 'x', '1', '--save', 'r')],
    ['fix', line('get', 'x', '--save', 'both')],
    ['set-up', line('get', 'x', '--save', 'after')],
  );
  expect(keptByFix(read)).toEqual(['fixed', 'r']);
});

test('expectations that are about it', () => {
  expect(askedAbout(line('expect', 'old.value = "1" and fixed.value = "2"'), ['fixed'])).toBe('fixed');
  expect(askedAbout(line('expect', 'fixedLater.value = "2"'), ['fixed'])).toBeNull();
  expect(askedAbout(line('put', 'fixed', '2'), ['fixed'])).toBeNull();
});
