import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandNames } from '../src/commands/commands.ts';
import { faultKinds } from '../src/faults/faults.ts';
import { modes } from '../src/protocol/modes.ts';
import { commandTable, withBlock } from './house/command-table.ts';
import { courseTable, coverageTable } from './house/lab-tables.ts';
import { parts } from './bench/parts.ts';
import { importBreaches, roomBreaches, rooms, tableBreaches } from './house/rooms.ts';
import { foldersIn, read, sourcesIn } from './house/sources.ts';
import { root } from './support/root.ts';

const source = sourcesIn('src', /\.ts$/);
const tests = sourcesIn('test', /\.ts$/);
const lengthMax = 300;

describe('rooms', () => {
  test('import only what the table allows', () => {
    expect(source.size).toBeGreaterThan(50);
    expect(importBreaches(source)).toEqual([]);
  });

  test('the table goes downward only, and what is pure stays pure', () => {
    expect(tableBreaches()).toEqual([]);
  });

  test('every folder has its row, every row its folder, and someone lives there', () => {
    expect(roomBreaches(source, foldersIn('src'))).toEqual([]);
  });

  test.for(Object.keys(rooms))('%s says what it is in a README with one title', (room) => {
    const titles = read(`src/${room}/README.md`).match(/^# .+$/gm);
    expect(titles).toHaveLength(1);
  });
});

describe('the checks of rooms catch', () => {
  const breachesOf = (path: string, text: string): string[] => importBreaches(new Map([[path, text]]));

  test.for([
    [
      'an upward import',
      'src/lib/a.ts',
      `import { Node } from '../node/node.ts';`,
      'lib may not import node',
    ],
    ['a type', 'src/lib/a.ts', `import type { Node } from '../node/node.ts';`, 'lib may not import node'],
    [
      'a type in passing',
      'src/lib/a.ts',
      `let node: import('../node/node.ts').Node;`,
      'lib may not import node',
    ],
    [
      'several lines',
      'src/lib/a.ts',
      `import {\n  a,\n  b,\n} from '../node/node.ts';`,
      'lib may not import node',
    ],
    ['a re-export', 'src/lib/a.ts', `export { Node } from '../node/node.ts';`, 'lib may not import node'],
    ['a lazy import', 'src/node/a.ts', `await import('../cli/main.ts');`, 'node may not import cli'],
    ['a side effect', 'src/node/a.ts', `import '../cli/main.ts';`, 'node may not import cli'],
    [
      'the platform',
      'src/lib/a.ts',
      `import { join } from 'node:fs/promises';`,
      'a pure room knows no platform',
    ],
    ['a package', 'src/node/a.ts', `import * as z from 'zod';`, 'not a package of this room'],
    ['a test', 'src/node/a.ts', `import { until } from '../../test/support/until.ts';`, 'outside src/'],
    ['a loose file', 'src/loose.ts', `import { Heap } from './lib/heap.ts';`, 'its room is not in the table'],
  ] as const)('%s', ([, path, text, why]) => {
    expect(breachesOf(path, text)).toEqual([expect.stringContaining(`: ${why}`)]);
  });

  test('imports that are fine, without a word', () => {
    expect(
      breachesOf('src/node/a.ts', `import { Heap } from '../lib/heap.ts';\nimport net from 'node:net';`),
    ).toEqual([]);
  });

  test('a table that points upward, or lets a pure room out', () => {
    const table = {
      top: { from: ['pure'] },
      pure: { from: ['bottom'], pure: true },
      bottom: { from: ['top'] },
    } as const;
    expect(tableBreaches(table)).toEqual(['pure -> bottom: not pure', 'bottom -> top: not below it']);
  });

  test('a room without a row, a row without a room, an empty room', () => {
    const files = new Map([['src/a/a.ts', '']]);
    expect(roomBreaches(files, ['a', 'b'], ['a', 'c'])).toEqual([
      'src/b: not in the table',
      'src/c: in the table only',
      'src/b: empty',
    ]);
  });
});

describe('registries', () => {
  test.for(Object.keys(faultKinds))('fault %s: a file, a test that runs it, a line of docs', (kind) => {
    expect(source.has(`src/faults/${kind}.ts`)).toBe(true);
    const files = ['flow-examples', 'node-conformance.test'];
    const runs = files.map((name) => tests.get(`test/faults/${name}.ts`));
    expect(runs.join('\n')).toContain(`'${kind} `);
    expect(read('src/faults/README.md')).toMatch(new RegExp(`^[|*-] *\`${kind}\\b`, 'm'));
  });

  test.for(modes.map(({ name }) => name))(
    'mode %s: a folder with its rules, tests, a run of seeds',
    (name) => {
      expect(foldersIn('src/protocol')).toContain(name);
      expect(read(`src/protocol/${name}/README.md`)).toMatch(/\bI\d+\b/);
      expect([...tests].filter(([, text]) => text.includes(`/src/protocol/${name}/`))).not.toEqual([]);
      const seeds = [...tests].filter(([path]) => path.endsWith('.seeds.test.ts'));
      expect(seeds.filter(([, text]) => text.includes(`'${name}'`))).not.toEqual([]);
    },
  );

  const endToEnd = [...tests].filter(([path]) => path.startsWith('test/e2e/')).map(([, text]) => text);

  test.for(commandNames)('command %s: a file, and an end-to-end test that runs it', (name) => {
    expect(source.has(`src/commands/${name}.ts`)).toBe(true);
    const run = new RegExp(String.raw`(?:\[|\b(?:ok|json|run)(?:<[^>]*>)?\()\s*'${name}'`);
    expect(endToEnd.some((text) => run.test(text))).toBe(true);
  });

  test('commands: the README has the table that `npm run docs` writes', async () => {
    expect(withBlock(read('README.md'), 'commands', await commandTable())).toBe(read('README.md'));
  });

  test('labs: their README has the course and the coverage that `npm run docs` writes', () => {
    const text = read('labs/README.md');
    expect(withBlock(withBlock(text, 'course', courseTable()), 'coverage', coverageTable())).toBe(text);
  });

  test('bench: the README names every part', () => {
    expect(read('README.md')).toContain(`parts: ${Object.keys(parts).join(', ')} |`);
  });

  test('have rows', () => {
    expect(commandNames.length).toBeGreaterThan(0);
    expect(Object.keys(faultKinds).length).toBeGreaterThan(0);
    expect(modes.length).toBeGreaterThan(0);
  });
});

describe('files', () => {
  test(`have at most ${lengthMax} lines`, () => {
    const long = [...source, ...tests].flatMap(([path, text]) => {
      const lines = text.trimEnd().split('\n').length;
      return lines > lengthMax ? [`${path}: ${lines}`] : [];
    });
    expect(long).toEqual([]);
  });

  test('of tests never wait for a time to pass: `until` waits for facts', () => {
    const sleeps = /\bsetTimeout (as|=)|\bsetTimeout\(|\bAtomics\.wait\(/;
    // The soak kills at drawn instants, the bench measures over a time: letting it pass is what they do.
    const may = (path: string): boolean =>
      path === 'test/support/until.ts' || /\/(fixtures|soak|bench)\//.test(path);
    const sleepers = [...tests].filter(
      ([path, text]) => !may(path) && path !== 'test/tidy.test.ts' && sleeps.test(text),
    );
    expect(sleepers.map(([path]) => path)).toEqual([]);
  });

  test('name no machine, and no registry', () => {
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter(Boolean);
    expect(tracked.length).toBeGreaterThan(100);
    const local = new RegExp(
      String.raw`(?<![\w.~-])/(?:home|Users|root|work)/\w|"resolved":|\bregistry\.\w+\.\w+`,
    );
    const named = tracked.filter((path) => path !== 'test/tidy.test.ts' && local.test(read(path)));
    expect(named).toEqual([]);
  });
});
