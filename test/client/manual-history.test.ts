import { readFileSync, mkdirSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { historyValue, ManualHistory } from '../../src/client/manual-history.ts';
import { ReplabError } from '../../src/control/errors.ts';
import { forgetUsers } from '../../src/control/state-dir.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { tempDir } from '../support/until.ts';

const nodes = ['n1', 'n2'];
const write = { f: 'write', key: 'x', value: 'a' } as const;
const read = { f: 'read', key: 'x', value: null } as const;

const recorded = (dir: string) => readHistory(readFileSync(join(dir, 'history', 'manual.ndjson'), 'utf8'));
const open = (dir: string, as: string | null = null, process: number | null = null): ManualHistory =>
  new ManualHistory({ dir, nodes, as, process });

describe('the history of what is done by hand', () => {
  test('an operation between its two lines: ok, fail, info', async () => {
    const dir = tempDir();
    const history = open(dir, 'alice');
    const done = { type: 'ok', value: 'a', node: 'n1' } as const;
    await history.record(
      write,
      () => Promise.resolve(1),
      () => done,
    );
    const failing = (code: 'not-leader' | 'no-answer', op: typeof write | typeof read) =>
      history.record(
        op,
        () => Promise.reject(new ReplabError(code, { node: 'n2' })),
        () => done,
      );
    await expect(failing('not-leader', write)).rejects.toThrow('not-leader');
    await expect(failing('no-answer', write)).rejects.toThrow('no-answer');
    await expect(failing('no-answer', read)).rejects.toThrow('no-answer');
    expect(
      recorded(dir).operations.map(({ f, outcome, session, node }) => [f, outcome, session, node]),
    ).toEqual([
      ['write', 'ok', 'alice', 'n1'],
      ['write', 'fail', 'alice', 'n2'],
      ['write', 'info', 'alice', 'n2'],
      ['read', 'fail', 'alice', 'n2'],
    ]);
  });

  test('everybody has a process of their own, and a user the same again', () => {
    const dir = tempDir();
    const numbers = Array.from({ length: 5 }, () => open(dir).process);
    expect(numbers).toEqual([0, 1, 2, 3, 4]);
    expect(open(dir, 'alice', 2).process).toBe(2);
    expect(open(dir).process).toBe(5);
  });

  test('what ends after a reset is nothing of the history that begins with it', async () => {
    const dir = tempDir();
    const ended = Promise.withResolvers<number>();
    const done = { type: 'ok', value: 'a', node: 'n1' } as const;
    const before = open(dir).record(
      write,
      () => ended.promise,
      () => done,
    );
    forgetUsers(dir);
    ended.resolve(1);
    await before;
    await open(dir).record(
      read,
      () => Promise.resolve(1),
      () => done,
    );
    expect(recorded(dir)).toMatchObject({ header: { nodes }, operations: [{ f: 'read', outcome: 'ok' }] });
  });

  test('what cannot be recorded is not written; reads go on', async () => {
    const dir = tempDir();
    mkdirSync(join(dir, 'history', 'manual.ndjson'), { recursive: true });
    const done = { type: 'ok', value: 'a', node: 'n1' } as const;
    let ran = 0;
    const run = () => Promise.resolve((ran += 1));
    const history = open(dir);
    await expect(history.record(write, run, () => done)).rejects.toMatchObject({ code: 'state-unwritable' });
    expect(ran).toBe(0);
    expect(await history.record(read, run, () => done)).toBe(1);
    rmSync(join(dir, 'history'), { recursive: true });
    writeFileSync(join(dir, 'history'), '');
    await expect(open(dir).record(write, run, () => done)).rejects.toThrow(ReplabError);
  });

  test('whole numbers are numbers, so that what was counted and what was put are the same', () => {
    expect(['1', '-5', '0'].map(historyValue)).toEqual([1, -5, 0]);
    expect(['01', '-0', '1.5', '9007199254740993', '', 'one'].map(historyValue)).toEqual([
      '01',
      '-0',
      '1.5',
      '9007199254740993',
      '',
      'one',
    ]);
    expect(historyValue(null)).toBeNull();
  });
});
