import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../support/root.ts';
import { tempDir } from '../support/until.ts';
import { planted } from './planted.ts';
import { rooms } from './rooms.ts';
import { read } from './sources.ts';

type Rules = Readonly<Record<string, string | readonly unknown[]>>;

interface LintConfig {
  readonly rules: Rules;
  readonly overrides: readonly { readonly files: readonly string[]; readonly rules: Rules }[];
}

const lintConfig = readJsonc('.oxlintrc.json') as LintConfig;
const pureLint = lintConfig.overrides.find(({ rules }) => 'no-restricted-globals' in rules)!;
const restrictedGlobals = pureLint.rules['no-restricted-globals']!.slice(1) as string[];
const pureNames = Object.keys(rooms).filter((name) => rooms[name]!.pure);

const clean = { path: 'src/lib/clean.ts', code: 'export const one = 1;' };
const breaches = Object.entries(planted).map(([rule, { at = 'src/node', code }]) => {
  const name = rule.replace('/', '-');
  return { rule, path: at === 'test' ? `test/${name}.test.ts` : `${at}/${name}.ts`, code };
});
const globals = restrictedGlobals.map((name) => ({
  name,
  path: `src/protocol/global-${name}.ts`,
  code: `export const it: unknown = ${name};`,
}));

describe('lint', () => {
  const dir = plantHouse([clean, ...breaches, ...globals]);
  const found = lint(dir);

  test.for(breaches)('$rule bites', ({ rule, path }) => {
    expect(found.get(path) ?? []).toContain(rule);
  });

  test.for(globals)('no pure room knows $name', ({ path }) => {
    expect(found.get(path) ?? []).toContain('no-restricted-globals');
  });

  test('a clean file has no finding', () => {
    expect(found.get(clean.path) ?? []).toEqual([]);
  });

  test('every rule switched on by name has its planted breach', () => {
    const on = [lintConfig, ...lintConfig.overrides].flatMap(({ rules }) =>
      Object.keys(rules).filter((rule) => rules[rule] !== 'off'),
    );
    expect(Object.keys(planted).toSorted()).toEqual([...new Set(on)].toSorted());
  });

  test('the rules of pure rooms hold in every pure room', () => {
    expect(pureLint.files).toEqual([`src/{${pureNames.toSorted().join(',')}}/**`]);
  });
});

describe('types of pure rooms', () => {
  const platform = {
    timer: `export const f = (): unknown => setInterval(() => {}, 1);`,
    console: `export const f = (): void => console.log('hello');`,
    process: `export const f = (): unknown => process.env;`,
    performance: `export const f = (): number => performance.now();`,
    fetch: `export const f = (): unknown => fetch('x');`,
    module: `import { readFileSync } from 'node:fs';\nexport const f = (): unknown => readFileSync('x');`,
  };
  const files = Object.entries(platform).map(([name, code]) => ({ name, path: `src/lib/${name}.ts`, code }));
  const dir = plantHouse([clean, ...files]);

  const faulty = typeErrors(dir, '.config/tsconfig.pure.json');

  test.for(files)('$name does not exist for the compiler', ({ path }) => {
    expect(faulty).toContain(path);
  });

  test('a clean file compiles, and with the platform all of them do', () => {
    expect(faulty).not.toContain(clean.path);
    expect(typeErrors(dir, 'tsconfig.json')).toEqual([]);
  });

  test('every pure room is compiled so', () => {
    const { include } = readJsonc('.config/tsconfig.pure.json') as { include: string[] };
    expect(include).toEqual(pureNames.toSorted().map((name) => `../src/${name}`));
  });
});

/** A tree with this repository's settings, and nothing but what is planted in it. */
function plantHouse(files: readonly { readonly path: string; readonly code: string }[]): string {
  const dir = tempDir();
  for (const path of [
    '.oxlintrc.json',
    '.gitignore',
    'package.json',
    'tsconfig.json',
    '.config/tsconfig.pure.json',
  ]) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    copyFileSync(join(root, path), join(dir, path));
  }
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const { path, code } of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), `${code}\n`);
  }
  return dir;
}

/** Names of the rules each file breaks, as .oxlintrc.json spells them. */
function lint(dir: string): Map<string, string[]> {
  const { stdout } = tool(dir, 'oxlint', ['--format', 'json', 'src', 'test']);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  const found = new Map<string, string[]>();
  for (const { code, filename } of diagnostics) {
    const [, plugin, rule] = /^([\w-]+)\((.+)\)$/.exec(code)!;
    const name = plugin === 'eslint' ? rule! : `${plugin!.replace('eslint-plugin-', '')}/${rule!}`;
    found.set(filename, [...(found.get(filename) ?? []), name]);
  }
  return found;
}

/** Paths of the files that do not compile. */
function typeErrors(dir: string, project: string): string[] {
  const { stdout } = tool(dir, 'tsc', ['--pretty', 'false', '-p', project]);
  return [...new Set([...stdout.matchAll(/^(src\/[^(]+)\(/gm)].map((match) => match[1]!))];
}

function tool(cwd: string, name: string, args: readonly string[]) {
  return spawnSync(join(root, 'node_modules/.bin', name), args, { cwd, encoding: 'utf8' });
}

/** Comments stand on lines of their own. */
function readJsonc(path: string): unknown {
  return JSON.parse(read(path).replaceAll(/^\s*\/\/.*$/gm, ''));
}
