import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDir, until } from '../support/until.ts';
import { root } from '../support/root.ts';

/** Stands for an old Node.js: the same program, but for what it says its version is. */
const oldNode = [
  '--import',
  `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })`,
];

/** A clone with the real bin/, and a CLI that says who runs it, waits for a signal, and exits as told. */
const cli = `
  const [what, how] = process.argv.slice(2);
  if (what === 'exit') process.exit(Number(how));
  if (what === 'wait') {
    process.on(how, () => { console.log('got ' + how); process.exit(130); });
    console.log('waiting');
    setInterval(() => {}, 1000);
  } else if (what === 'die') process.kill(process.pid, how);
  else console.log(JSON.stringify({ major: parseInt(process.versions.node), args: process.argv.slice(2) }));
`;

function clone({ built = true, node = true }): string {
  const dir = tempDir();
  cpSync(join(root, 'bin'), join(dir, 'bin'), { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  if (node) {
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(join(root, 'node_modules/node'), join(dir, 'node_modules/node'));
  }
  if (built) {
    mkdirSync(join(dir, 'dist'));
    writeFileSync(join(dir, 'dist/cli.js'), cli);
  }
  return join(dir, 'bin/replab.js');
}

function run(bin: string, nodeArgs: readonly string[], args: readonly string[]) {
  return spawnSync(process.execPath, [...nodeArgs, bin, ...args], { encoding: 'utf8' });
}

describe('bin/replab.js', () => {
  test.for([
    { name: 'under this Node.js', nodeArgs: [] },
    { name: 'handed over by an old one', nodeArgs: oldNode },
  ])('runs the CLI with its arguments and exit code, $name', ({ nodeArgs }) => {
    const bin = clone({});
    const { stdout, status } = run(bin, nodeArgs, ['put', '--', '-k', 'a b']);
    expect(JSON.parse(stdout)).toEqual({ major: 24, args: ['put', '--', '-k', 'a b'] });
    expect(status).toBe(0);
    expect(run(bin, nodeArgs, ['exit', '9']).status).toBe(9);
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'hands %s over, and the exit code back',
    async (signal) => {
      const child = spawn(process.execPath, [...oldNode, clone({}), 'wait', signal], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let output = '';
      child.stdout.on('data', (data) => (output += String(data)));
      await until('the CLI to wait', () => output.includes('waiting'), { show: () => output });
      child.kill(signal);
      await until('the end', () => child.exitCode !== null, { show: () => child });
      expect(child.exitCode).toBe(130);
      expect(output).toContain(`got ${signal}`);
    },
  );

  test('killed, takes its CLI along, in good order', async () => {
    const child = spawn(process.execPath, [...oldNode, clone({}), 'wait', 'SIGTERM'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    await until('the CLI to wait', () => output.includes('waiting'), { show: () => output });
    child.kill('SIGKILL');
    await until('its end', () => output.includes('got SIGTERM'), { show: () => output });
  });

  test('dies of the signal its CLI died of', () => {
    const { status, signal } = run(clone({}), oldNode, ['die', 'SIGTERM']);
    expect({ status, signal }).toEqual({ status: null, signal: 'SIGTERM' });
  });

  test('an old Node.js and no bundled one: says what to do', () => {
    const { status, stdout, stderr } = run(clone({ node: false }), oldNode, ['status']);
    expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
    expect(stderr).toMatch(/^replab needs Node.js 24 or newer; this is v.*\. Install it from \S+\n$/);
  });

  test('not built: says what to do', () => {
    const { status, stderr } = run(clone({ built: false }), [], ['status']);
    expect(status).toBe(70);
    expect(stderr).toMatch(/^replab is not built. Run `npm run build` in .*\n$/);
  });
});
