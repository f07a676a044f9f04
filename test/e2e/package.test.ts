import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../support/root.ts';
import { tempDir } from '../support/until.ts';
import { shell } from './replab.ts';

/** What `npm publish` would hand on, installed in an empty folder, with no registry to ask. */
const installed = { tarball: '', bin: '', size: 0, files: [] as readonly string[] };

/** Stands for an old Node.js: the same program, but for what it says its version is. */
const oldNode = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })`;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

beforeAll(async () => {
  // Not `tempDir`, which ends with a test: this folder serves all tests of the file.
  const dir = mkdtempSync(join(tmpdir(), 'rl-package-'));
  await execa('npm', ['run', '--silent', 'declarations'], { cwd: root });
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', dir], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as readonly Packed[];
  await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', join(dir, packed!.filename)], {
    cwd: dir,
  });
  installed.tarball = join(dir, packed!.filename);
  installed.bin = join(dir, 'node_modules/replab/bin/replab.js');
  installed.size = packed!.size;
  installed.files = packed!.files.map(({ path }) => path);
  return () => rmSync(dir, { recursive: true });
});

describe('the package', () => {
  test('runs a cluster from where it was installed', async () => {
    const { env } = shell();
    const replab = (...args: readonly string[]) =>
      execa(process.execPath, [installed.bin, ...args], { env, extendEnv: false, cwd: tempDir() });
    await replab('up', '--nodes', '2', '--sync', '1');
    await replab('put', 'x', '1');
    expect((await replab('get', 'x', '--read', 'n2')).stdout).toBe('1');
    expect((await replab('down')).stdout).toContain('none is left');
  });

  test('is a library: the example project runs its own tests with it, and they are typed', async () => {
    const dir = tempDir();
    cpSync(join(root, 'test/example'), dir, { recursive: true });
    await execa('npm', ['install', '--offline', '--no-audit', '--no-fund', installed.tarball], { cwd: dir });
    const node = dirname(process.execPath);
    const env = { ...shell().env, PATH: `${node}:${process.env['PATH']}` };
    const { stdout } = await execa('npm', ['test'], { cwd: dir, env, extendEnv: false });
    expect(stdout).toMatch(/pass 2\n[^]*fail 0/);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const typeRoots = ['--typeRoots', join(root, 'node_modules/@types')];
    await execa(process.execPath, [tsc, '-p', dir, ...typeRoots]);
  });

  test('under an old Node.js says in one sentence what to do', async () => {
    const { exitCode, stderr, stdout } = await execa(
      process.execPath,
      ['--import', oldNode, installed.bin, 'status'],
      { reject: false },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 70, stdout: '' });
    expect(stderr).toMatch(/^replab needs Node.js 24 or newer; this is v.*\. Install it from \S+$/);
  });

  test('holds what runs, and what must be said of it: no source, no test', () => {
    const tops = new Set(installed.files.map((path) => path.split('/')[0]));
    expect(tops).toEqual(
      new Set(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'labs', 'package.json']),
    );
    expect(installed.files).toContain('dist/licenses.txt');
    expect(installed.size).toBeLessThan(1024 * 1024);
  });
});
