import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { tempDir, until } from '../support/until.ts';
import { bin, cluster, shell, type Shell } from './replab.ts';

const bins = tempDir();

beforeAll(() => {
  writeFileSync(join(bins, 'replab'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  chmodSync(join(bins, 'replab'), 0o755);
});

function withReplab(env: Shell['env']): NodeJS.ProcessEnv {
  const home = tempDir();
  mkdirSync(join(home, '.config'));
  return {
    ...env,
    PATH: `${bins}:${env['PATH']}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    TERM: 'xterm',
  };
}

function isInstalled(name: string): boolean {
  return spawnSync(name, ['-c', 'true']).status === 0;
}

/** What bash offers for a line with the cursor at its end; `line` holds no single quotes. */
function inBash(env: Shell['env'], line: string): readonly string[] {
  const script = `source <(replab completion bash)
COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}
_replab replab "\${COMP_LINE##*[ @=:]}" ''
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { env: withReplab(env), encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  test('offers what there is: of a cluster its nodes, faults, and clusters', async () => {
    const { env, ok } = await cluster('--nodes', '2');
    await ok('isolate', 'n2');
    expect(inBash(env, 'replab sta')).toEqual(['status', 'start']);
    expect(inBash(env, 'replab kill n')).toEqual(['n1', 'n2']);
    expect(inBash(env, 'replab heal ')).toEqual(['f1']);
    expect(inBash(env, 'replab status -c ')).toEqual(['c1']);
    // bash has taken = for the end of a word: what follows is all it replaces. It keeps @ with what follows.
    expect(inBash(env, 'replab kill @lea')).toEqual(['@leader', '@leader.old']);
    expect(inBash(env, 'replab set sync=a')).toEqual(['all']);
    expect(inBash(env, 'replab cut n1:n')).toEqual(['n2']);
  });

  test('without a cluster, and with nonsense, there is nothing, and no error', () => {
    const { env } = shell();
    expect(inBash(env, 'replab kill n')).toEqual([]);
    expect(inBash(env, 'replab -c No.Good! kill n')).toEqual([]);
    expect(inBash(env, 'replab nonsense ')).toEqual([]);
    expect(inBash(env, 'replab kill "n')).toEqual([]);
    expect(inBash(env, 'replab get x | gr')).toEqual([]);
  });

  test('files, where a file is meant', () => {
    const { env } = shell();
    expect(inBash(env, 'replab put x --file /etc/host')).toContain('/etc/hosts');
  });
});

/** Types into an interactive shell on a terminal of its own; ends it with the test. */
function terminal(command: string, env: NodeJS.ProcessEnv) {
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let seen = '';
  child.stdout.on('data', (data: Buffer) => (seen += data.toString()));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    type: (keys: string) => child.stdin.write(keys),
    shows: (pattern: RegExp) =>
      until(`${command} to show ${pattern}`, () => pattern.test(seen), {
        show: () => seen,
        deadlineMs: 20_000,
      }),
  };
}

const interactive = [
  { name: 'bash', start: 'bash --norc --noprofile -i', load: 'source <(replab completion bash)' },
  {
    name: 'zsh',
    start: 'zsh -f -i',
    load: 'autoload -U compinit; compinit -u -D; source <(replab completion zsh)',
  },
  { name: 'fish', start: 'fish -i', load: 'replab completion fish | source' },
] as const;

test.for(interactive)(
  '$name at a terminal, with the tab key',
  { timeout: 90_000 },
  async ({ name, start, load }, { skip }) => {
    if (!isInstalled(name)) skip(`${name} is not installed`);
    const { env, ok, json } = await cluster('--nodes', '2');
    await ok('isolate', 'n2');
    const { type, shows } = terminal(start, withReplab(env));
    type(`${load}; echo "load""ed"\n`);
    await shows(/[\r\n]loaded/);
    type('replab heal \t\n');
    await shows(/healed f1/);
    type('replab log @leader.o\t\n');
    await shows(/@leader\.old is nobody now/);
    type('replab logs supe\t --lines 1\n');
    await shows(/supervisor has written nothing/);
    expect(await json('faults')).toMatchObject({ faults: [] });
  },
);

test('completion is a script, or says which shells there are', async () => {
  const { json, run } = shell();
  expect(await json('completion', 'zsh')).toMatchObject({
    shell: 'zsh',
    script: expect.stringContaining('#compdef'),
  });
  expect(await run(['completion', 'csh'])).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining('one of bash, zsh, fish'),
  });
});
