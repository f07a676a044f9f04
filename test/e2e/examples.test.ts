import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCluster, type Cluster } from '../../src/client/cluster-connection.ts';
import { commandNames, commands, type CommandName } from '../../src/commands/commands.ts';
import { root } from '../support/root.ts';
import { tempDir, until } from '../support/until.ts';
import { bin, cluster, shell, type Shell } from './replab.ts';

/** Those that start or end clusters run where there is none, or one of their own. */
const alone = [
  'up',
  'down',
  'lab',
  'check',
  'sim',
  'modes',
  'errors',
  'doctor',
  'version',
] as const satisfies readonly CommandName[];

/** What must be so before an example, where that is more than a healthy cluster with x=1 in it. */
const before: Readonly<Record<string, readonly string[]>> = {
  'replab heal': ['isolate', 'n3'],
  'replab heal f1': ['isolate', 'n3'],
  'replab start n3': ['kill', 'n3'],
  'replab start all': ['stop', 'n2'],
  'replab resume all': ['pause', 'n2'],
  'replab cas lock mine --delete': ['put', 'lock', 'mine'],
  'replab down --keep': ['up', '--nodes', '1'],
  'replab down': ['up', '--nodes', '1'],
};

/** Those that go on until they are interrupted. */
const endless: readonly string[] = ['replab watch', 'replab watch --json'];

interface Example {
  readonly name: CommandName;
  readonly run: string;
}

async function examplesOf(names: readonly CommandName[]): Promise<readonly Example[]> {
  const lists = names.map(async (name) =>
    (await commands[name].load()).examples.map(({ run }) => ({ name, run })),
  );
  return (await Promise.all(lists)).flat();
}

const bins = tempDir();

beforeAll(() => {
  const script = (name: string, line: string): void => {
    mkdirSync(join(bins, name));
    writeFileSync(join(bins, name, 'replab'), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bins, name, 'replab'), 0o755);
  };
  script('real', `exec '${process.execPath}' '${bin}' "$@"`);
  script('words', `for word; do printf '<%s>' "$word"; done`);
});

/** Runs a line with `replab` on the path, in a directory that holds the histories `check` is shown with. */
function inShell(
  argv: readonly string[],
  line: string,
  replab: 'real' | 'words',
  env: Shell['env'] = process.env,
) {
  const path = `${join(bins, replab)}:${env['PATH']}`;
  const cwd = tempDir();
  cpSync(join(root, 'test/checkers/histories'), cwd, { recursive: true });
  const { status, stdout, stderr } = spawnSync(argv[0]!, [...argv.slice(1), line], {
    cwd,
    env: { ...env, PATH: path },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('P8: examples mean the same in every shell', () => {
  const sh = ['sh', '-c'];
  const bash = ['bash', '-O', 'failglob', '-c'];

  test('neither globs nor redirections: the words arrive as they stand', async () => {
    const examples = await examplesOf(commandNames);
    expect(examples.length).toBeGreaterThan(commandNames.length);
    for (const { run } of examples) {
      const plain = inShell(sh, run, 'words');
      expect({ run, ...plain }).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^</) });
      expect({ run, ...inShell(bash, run, 'words') }).toEqual({ run, ...plain });
    }
  });

  test('which an unquoted arrow or an index would not do', () => {
    expect(inShell(sh, 'replab cut n1 -> n2', 'words').stdout).toBe('');
    expect(inShell(bash, 'replab kill @follower[0]', 'words').status).not.toBe(0);
  });
});

/** The same cluster before each example: healed, running, led by n1, x=1. */
async function restore(healthy: Cluster): Promise<void> {
  const { nodes } = healthy.spec;
  await healthy.request('heal', { ids: null });
  const paused = (await healthy.freshSnapshot()).nodes.filter(({ state }) => state === 'paused');
  await healthy.request('node', { action: 'resume', nodes: paused.map(({ id }) => id) });
  await healthy.request('node', { action: 'start', nodes });
  const { leaders, options } = await healthy.freshSnapshot();
  if (leaders[0]?.id !== 'n1') await healthy.request('promote', { node: 'n1', force: true });
  if (options['sync'] !== 'none')
    await healthy.request('set', { settings: { sync: 'none', 'write-timeout': '5s' } });
}

/** Ids of faults count up over a cluster's life; and some examples are about shards. */
async function whereFor(run: string, own: Shell): Promise<Shell> {
  if (run.includes('--shard ')) return await cluster('--shards', '2');
  return run === 'replab heal f1' ? await cluster() : own;
}

describe('examples work as they stand', () => {
  test('on a cluster', { timeout: 180_000 }, async () => {
    // Some examples are about regions; distance would only make all of them slower.
    const own = await cluster('--regions', 'us,eu,ap', '--latency', '0ms');
    const healthy = await openCluster({ name: 'c1', root: join(own.env['XDG_STATE_HOME']!, 'replab') });
    for (const { run } of await examplesOf(
      commandNames.filter((name) => !alone.some((one) => one === name)),
    )) {
      const where = await whereFor(run, own);
      if (where === own) await restore(healthy);
      await where.ok('put', 'x', '1');
      await where.ok('wait', 'caught-up', '-q');
      if (before[run] !== undefined) await where.ok(...before[run]);
      if (endless.includes(run)) {
        const { child, seen, ended } = where.start(run.split(' ').slice(1));
        await until(run, () => seen.stdout !== '', { show: () => seen });
        child.kill('SIGINT');
        expect({ run, ...(await ended) }).toMatchObject({ exit: 130 });
        continue;
      }
      expect({ run, ...inShell(['sh', '-c'], run, 'real', where.env) }).toMatchObject({ status: 0 });
    }
    healthy.close();
  });

  test.for(alone)('%s, alone', { timeout: 120_000 }, async (name) => {
    for (const { run } of await examplesOf([name])) {
      const own = shell();
      if (before[run] !== undefined) await own.ok(...before[run]);
      expect({ run, ...inShell(['sh', '-c'], run, 'real', own.env) }).toMatchObject({ status: 0 });
    }
  });
});

test('the shells are there', () => {
  expect(execFileSync('bash', ['-c', 'echo $BASH_VERSION'], { encoding: 'utf8' })).toMatch(/^\d/);
});
