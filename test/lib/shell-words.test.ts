import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { quoteWord, splitWords } from '../../src/lib/shell-words.ts';
import { fc } from '../support/property.ts';

function texts(line: string): readonly string[] {
  const split = splitWords(line);
  return split.type === 'operator' ? [] : split.words.map(({ text }) => text);
}

const lines = [
  'put x 1',
  `  put  "two words"	'a b' `,
  `a'b'"c"d`,
  `"a\\"b" 'a\\b' a\\ b "a\\nb"`,
  `'' ""`,
  `put x '$HOME *' # and a comment`,
  'a#b',
  `expect 'nodes[id="n1"].keys = 1'`,
];

test.for(lines)('%s is split as sh does', (line) => {
  const script = `set -f; printf '<%s>' ${line}`;
  const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(
    texts(line)
      .map((word) => `<${word}>`)
      .join(''),
  ).toBe(said);
});

describe('what is not whole', () => {
  test.for([
    ['put "x', '"', 'x'],
    ["put 'x y", "'", 'x y'],
    ['put x\\', '\\', 'x'],
  ] as const)('%s waits for %s', ([line, waitsFor, last]) => {
    const split = splitWords(line);
    expect(split).toMatchObject({ type: 'open', waitsFor });
    expect(texts(line).at(-1)).toBe(last);
  });
});

test.for(['get x | head', 'put x 1; get x', 'get x > file', 'put x `date`', 'a & b'])(
  '%s has an operator',
  (line) => {
    expect(splitWords(line).type).toBe('operator');
    expect(splitWords(`'${line.replaceAll("'", '')}'`).type).toBe('words');
  },
);

test('words know where they stand', () => {
  expect(splitWords(` a 'b c'`)).toMatchObject({
    words: [
      { from: 1, to: 2 },
      { from: 3, to: 8 },
    ],
  });
});

test('a word that is quoted comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      expect(texts(words.map(quoteWord).join(' '))).toEqual(words);
    }),
  );
});
