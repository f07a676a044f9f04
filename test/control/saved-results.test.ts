import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSaved, saveNameFault, saveResult } from '../../src/control/saved-results.ts';
import { tempDir } from '../support/until.ts';

const result = (value: string) => ({ schema: 'replab.get/1', value, exit: 0, outcome: 'ok' });

/** A root with a cluster in it, as far as keeping results goes. */
function rootWith(...clusters: readonly string[]): string {
  const root = tempDir();
  for (const name of clusters) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'cluster.json'), '{"schema":"replab.cluster/1"}');
  }
  return root;
}

test('a result is kept under its name, in place of an earlier one, for this user alone', () => {
  const root = rootWith('t1', 't2');
  saveResult(root, 't1', 'r1', result('1'));
  saveResult(root, 't1', 'r1', result('2'));
  saveResult(root, 't1', 'r2', result('3'));
  expect(readSaved(join(root, 't1'))).toEqual({ r1: result('2'), r2: result('3') });
  expect(readSaved(join(root, 't2'))).toEqual({});
  const dir = join(root, 't1', 'saved');
  expect(readdirSync(dir)).toEqual(['r1.json', 'r2.json']);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'r1.json')).mode & 0o777).toBe(0o600);
});

test('a cluster that is gone keeps nothing, and that is no word about what the command did', () => {
  expect(() => saveResult(rootWith(), 't1', 'r1', result('1'))).toThrow(/not-saved/);
  const root = rootWith('t1');
  writeFileSync(join(root, 't1', 'saved'), '');
  expect(() => saveResult(root, 't1', 'r1', result('1'))).toThrow(/not-saved|state-unwritable/);
});

describe('names', () => {
  test.for(['r1', 'beforeCut', 'a_b'])('%s', (name) => {
    expect(saveNameFault(name)).toBeNull();
  });

  test.for(['', '1r', 'a-b', '../x', 'a.b', 'é'])('%j is none', (name) => {
    expect(saveNameFault(name)).toMatch(/letters, digits/);
  });

  test.for(['nodes', 'leaders', 'last', 'and', 'divergence'])('%s means something else', (name) => {
    expect(saveNameFault(name)).toMatch(/means nothing else/);
  });
});
