import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lastWords } from '../../src/engines/log-tail.ts';
import { tempDir } from '../support/until.ts';

test.for([
  ['the last line with something on it', 'one\n  two  \n\n \n', 0, 'two'],
  ['a line without an end', 'one\ntwo', 0, 'two'],
  [
    'the error above its stack',
    'TypeError: x is no y\n    at a (b.js:1)\n\nNode.js v24.21.0\n',
    0,
    'TypeError: x is no y',
  ],
  [
    'the sentence above a native stack',
    'node[7]: Assertion failed: threads\n----- Native stack trace -----\n\n 1: 0x7e node::Abort\n 9: 0x7f _start [node]\n',
    0,
    'node[7]: Assertion failed: threads',
  ],
  ['nothing', '', 0, null],
  ['only what came after the start', 'earlier\n', 8, null],
  ['the end of a long file', `${'x'.repeat(100_000)}\nlast\n`, 0, 'last'],
] as const)('the last words of a log: %s', ([, text, start, expected]) => {
  const path = join(tempDir(), 'log');
  writeFileSync(path, text);
  expect(lastWords(path, start)).toBe(expected);
});

test('the last words of a log that is not there', () => {
  expect(lastWords(join(tempDir(), 'nothing'))).toBeNull();
});
