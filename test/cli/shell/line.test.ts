import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openHistory } from '../../../src/cli/shell/history.ts';
import { readLine } from '../../../src/cli/shell/line.ts';
import { tempDir } from '../../support/until.ts';

const run = (...words: readonly string[]) => ({ type: 'run', words, negated: false });

describe('a line of the shell', () => {
  test.for([
    ['', { type: 'nothing' }],
    ['  # nothing', { type: 'nothing' }],
    ['put \'a b\' "c"', run('put', 'a b', 'c')],
    ['replab put x 1', run('put', 'x', '1')],
    ['! put x 1', { ...run('put', 'x', '1'), negated: true }],
    ['! replab put x 1', { ...run('put', 'x', '1'), negated: true }],
    ["put x 'a", { type: 'more' }],
    ['put x \\', { type: 'more' }],
    ['exit', { type: 'exit', code: null }],
    ['quit 7', { type: 'exit', code: 7 }],
  ] as const)('%j', ([line, asked]) => {
    expect(readLine(line)).toEqual(asked);
  });

  test.for([
    ['get x | head', /\| means nothing here/],
    ['get x; get y', /; means nothing here/],
    ['exit now', /takes an exit code/],
    ['!', /followed by a command/],
  ] as const)('%s is usage', ([line, message]) => {
    expect(() => readLine(line)).toThrow(message);
  });
});

describe('history', () => {
  test('is kept for this user alone, the newest first, without what was not meant to be', () => {
    const root = join(tempDir(), 'replab');
    const history = openHistory(root);
    for (const line of ['get x', 'get x', ' put secret 1', '', "put x 'a\nb'", 'get y']) history.add(line);
    expect(history.lines).toEqual(['get y', 'get x']);
    expect(openHistory(root).lines).toEqual(['get y', 'get x']);
    expect(statSync(join(root, '.shell-history')).mode & 0o777).toBe(0o600);
    expect(statSync(root).mode & 0o777).toBe(0o700);
  });

  test('is cut back when it has grown', () => {
    const root = tempDir();
    const path = join(root, '.shell-history');
    writeFileSync(path, Array.from({ length: 2500 }, (_, i) => `get k${i}\n`).join(''));
    expect(openHistory(root).lines).toHaveLength(1000);
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(1001);
  });

  test('that cannot be written is in memory', () => {
    const root = tempDir();
    mkdirSync(join(root, '.shell-history'));
    const history = openHistory(root);
    history.add('get x');
    expect(history.lines).toEqual(['get x']);
  });
});
