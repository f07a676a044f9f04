import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastLine } from '../../src/engines/log-tail.ts';
import { tempDir } from '../support/until.ts';

test.for([
  ['the last line with something on it', 'one\n  two  \n\n \n', 0, 'two'],
  ['a line without an end', 'one\ntwo', 0, 'two'],
  ['nothing', '', 0, null],
  ['only what came after the start', 'earlier\n', 8, null],
  ['the end of a long file', `${'x'.repeat(100_000)}\nlast\n`, 0, 'last'],
] as const)('the last words of a log: %s', ([, text, start, expected]) => {
  const path = join(tempDir(), 'log');
  writeFileSync(path, text);
  expect(lastLine(path, start)).toBe(expected);
});

test('the last words of a log that is not there', () => {
  expect(lastLine(join(tempDir(), 'nothing'))).toBeNull();
});
