import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labNames, ownLabs } from '../../src/commands/lab-names.ts';
import { compareRefs, isOwn, openAll, openLab } from '../../src/lab/catalogue.ts';
import { checkRefs, coverageOf, readNotes } from '../../src/lab/coverage.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { fill, placeholdersIn } from '../../src/lab/placeholders.ts';
import { readProgress, saveProgress } from '../../src/lab/progress.ts';
import { skeleton } from '../../src/lab/skeleton.ts';
import { tempDir } from '../support/until.ts';

function folder(names: readonly string[]): string {
  const dir = tempDir();
  for (const name of names) writeFileSync(join(dir, name), skeleton);
  return dir;
}

describe('the catalogue', () => {
  test('names what is a lab, and nothing else', () => {
    expect(labNames(folder(['b.md', 'a.md', 'README.md', 'notes.md', 'c.txt']))).toEqual(['a', 'b']);
  });

  test('opens one by its name or its file, with a guess at what was meant', () => {
    const dir = folder(['stale-reads.md']);
    expect(openLab(dir, 'stale-reads')).toMatchObject({ name: 'stale-reads' });
    expect(openLab('/nowhere', join(dir, 'stale-reads.md'))).toMatchObject({ name: 'stale-reads' });
    expect(() => openLab(dir, 'stale-read')).toThrow('no-such-lab');
    expect(() => openLab(dir, 'none.md')).toThrow('no-such-lab');
    expect(isOwn(openLab(dir, 'stale-reads'))).toBe(false);
    expect(isOwn(openLab(ownLabs(), 'leader-follower'))).toBe(true);
  });

  test('a name that cannot be a cluster is a mistake', () => {
    expect(() => openAll(folder(['Not_A_Name.md']))).toThrow('bad-lab');
  });

  test('1.9 comes before 1.10, a part after what it is a part of', () => {
    expect(['1.10', '2', '1.9', '1.9.1', '0.1'].toSorted(compareRefs)).toEqual([
      '0.1',
      '1.9',
      '1.9.1',
      '1.10',
      '2',
    ]);
  });

  test('labs of one line come as their `order` says, then by name', () => {
    const dir = folder(['c.md', 'd.md']);
    const later = skeleton.replace(/^minutes:/m, 'order: 2\nminutes:');
    for (const name of ['a.md', 'b.md']) writeFileSync(join(dir, name), later);
    expect(openAll(dir).map(({ name }) => name)).toEqual(['c', 'd', 'a', 'b']);
  });
});

describe('coverage', () => {
  const notes = ['1', '1.1', '1.1.1', '1.1.2', '1.2'].map((ref) => ({ ref, text: ref }));
  const naming = (...refs: readonly string[]): Lab =>
    ({ name: 'a', file: 'a.md', source: '---\nnotes: []', front: { notes: refs } }) as unknown as Lab;
  const covered = (...refs: readonly string[]): readonly string[] =>
    coverageOf(notes, [naming(...refs)]).flatMap((row) => (row.covered ? [row.ref] : []));

  test('a line is shown by a lab that names it, or what it is a part of', () => {
    expect(covered('1.1')).toEqual(['1.1', '1.1.1', '1.1.2']);
    expect(covered('1.1.1')).toEqual(['1.1.1']);
  });

  test('or when all its parts are', () => {
    expect(covered('1.1.1', '1.1.2')).toEqual(['1.1', '1.1.1', '1.1.2']);
    expect(covered('1.1', '1.2')).toEqual(['1', '1.1', '1.1.1', '1.1.2', '1.2']);
  });

  test('a lab that names a line there is not is a mistake, with its line', () => {
    expect(() => checkRefs(notes, [naming('1.3')])).toThrow('a.md:2');
  });

  test('the notes have every line, each once, in order', () => {
    const refs = readNotes(ownLabs()).map(({ ref }) => ref);
    expect(refs).toHaveLength(68);
    expect(refs).toEqual([...new Set(refs)].toSorted(compareRefs));
    expect(refs).toEqual(expect.arrayContaining(['0.1', '1.8.1.3', '1.10.3', '2.4.3', '3.7.1']));
  });
});

describe('placeholders', () => {
  test('are filled where they stand; lists are joined, what is not known is ?', async () => {
    const values: Readonly<Record<string, unknown>> = {
      a: 'x',
      'b.c': [1, 2],
      d: null,
      e: 1.23456,
      f: [],
      g: true,
      h: 269_051_770_773_799,
    };
    const filled = await fill('{{ a }}, {{b.c}} {{ d }} {{ e }} {{ f }} {{ g }} {{ h }}.', (name) =>
      Promise.resolve(values[name]),
    );
    expect(filled).toBe('x, 1, 2 ? 1.235 none true 269051770773799.');
  });

  test('may go over a line', () => {
    expect(placeholdersIn('a {{ b\n  + c }} d')).toMatchObject([{ expression: 'b + c', offset: 2 }]);
  });
});

describe('progress', () => {
  test('is kept by lab; what cannot be read is nothing', () => {
    const root = join(tempDir(), 'replab');
    expect(readProgress(root)).toEqual({});
    saveProgress(root, { name: 'a' }, { chapter: 1, answers: [true] });
    saveProgress(root, { name: 'b' }, { chapter: 0, answers: [] });
    expect(readProgress(root)).toEqual({
      a: { chapter: 1, answers: [true] },
      b: { chapter: 0, answers: [] },
    });
    writeFileSync(join(root, '.lab-progress.json'), '{');
    expect(readProgress(root)).toEqual({});
  });

  test('where nothing can be written, it is forgotten', () => {
    const root = join(tempDir(), 'replab');
    mkdirSync(join(root, '.lab-progress.json'), { recursive: true });
    saveProgress(root, { name: 'a' }, { chapter: 1, answers: [] });
    expect(readProgress(root)).toEqual({});
  });
});
