import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listMarked } from '../../src/control/process-identity.ts';
import { markOf, readRecord } from '../../src/control/cluster-record.ts';
import { until } from '../support/until.ts';
import { bin, cluster, shell, type Shell, type Started } from './replab.ts';
import { clusterDirIn, recordIn } from './remains.ts';

/** Of a cluster whose record was read before, nothing runs and nothing is on disk. */
async function expectGone({ env }: Shell, mark: string): Promise<void> {
  await until(
    'the cluster to be gone',
    () => listMarked(mark).length === 0 && !existsSync(clusterDirIn(env, 'c1')),
    { show: () => listMarked(mark) },
  );
}

async function begun({ env }: Shell): Promise<string> {
  return markOf(
    (
      await until('the cluster to begin', () => {
        const read = readRecord(clusterDirIn(env, 'c1'));
        return read.type === 'record' && read.record.nodes.some((node) => node.process !== null)
          ? read.record
          : null;
      })
    ).token,
  );
}

async function twice({ child, ended }: Started): Promise<{ readonly exit: number | null }> {
  child.kill('SIGINT');
  child.kill('SIGINT');
  return await ended;
}

describe('Ctrl-C', () => {
  test('twice while a cluster comes up: the command ends at once, the cluster soon', async () => {
    const own = shell();
    const up = own.start(['up', '--nodes', '6']);
    const mark = await begun(own);
    expect(await twice(up)).toMatchObject({ exit: 130 });
    await expectGone(own, mark);
  });

  test('once and twice while it goes down: it goes down', async () => {
    for (const times of [1, 2]) {
      const own = await cluster('--nodes', '3');
      const mark = markOf(recordIn(own.env, 'c1').token);
      const down = own.start(['down']);
      await until('it to have begun', () => {
        const read = readRecord(clusterDirIn(own.env, 'c1'));
        return read.type !== 'record' || read.record.phase === 'stopping';
      });
      down.child.kill('SIGINT');
      if (times === 2) down.child.kill('SIGINT');
      // It may have been done before the signal came.
      expect([0, 130]).toContain((await down.ended).exit);
      await expectGone(own, mark);
    }
  });

  test('ends waits and streams, and leaves the cluster alone', async () => {
    const own = await cluster('--nodes', '2');
    const { events } = await own.json<{ events: number }>('status');
    for (const args of [
      ['wait', 'no-leader'],
      ['expect', '$count(leaders) = 7', '--within', '60s'],
      ['events', '--follow'],
      ['log', '--follow'],
    ]) {
      for (const interrupt of [once, twice]) {
        const started = own.start(args);
        const { seen } = started;
        await until('it to be at work', () => seen.stdout + seen.stderr !== '', { show: () => args });
        expect(await interrupt(started)).toMatchObject({ exit: 130 });
      }
    }
    expect(await own.json('status')).toMatchObject({ events, phase: 'ready' });
  });
});

async function once({ child, ended }: Started): Promise<{ readonly exit: number | null }> {
  child.kill('SIGINT');
  return await ended;
}

describe('up --foreground: the cluster ends with the command, however that ends', () => {
  test.for(['SIGKILL', 'SIGHUP', 'SIGTERM'] as const)('%s', async (signal) => {
    const own = shell();
    const { child, seen, ended } = own.start(['up', '--foreground', '--nodes', '2']);
    await until('the status', () => seen.stdout.includes('n1 leads'), { show: () => seen });
    const mark = markOf(recordIn(own.env, 'c1').token);
    child.kill(signal);
    await ended;
    await expectGone(own, mark);
  });

  test('data that were kept before stay', async () => {
    const own = await cluster('--nodes', '1');
    await own.ok('put', 'x', '1');
    await own.ok('down', '--keep');
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const { child, seen, ended } = own.start(['up', '--foreground']);
      await until('the status', () => seen.stdout.includes('n1 leads'), { show: () => seen });
      child.kill(signal);
      await ended;
      await until('it to be kept again', () => recordIn(own.env, 'c1').phase === 'kept');
    }
    await own.ok('up', '-q');
    expect(await own.ok('get', 'x')).toBe('1\n');
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;
if (!hasScript)
  console.warn('script (util-linux) is not installed: nothing is run in a terminal that closes');

describe.runIf(hasScript)('the terminal is closed', () => {
  /** A command in a terminal of its own. Killing `script` closes it: what runs there is sent SIGHUP. */
  function inTerminal({ env }: Shell, args: readonly string[]) {
    const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const seen = { stdout: '' };
    child.stdout.on('data', (data: Buffer) => (seen.stdout += data.toString()));
    return { child, seen };
  }

  test('over `up --foreground`: the cluster goes', async () => {
    const own = shell();
    const { child, seen } = inTerminal(own, ['up', '--foreground', '--nodes', '2']);
    await until('the status', () => seen.stdout.includes('n1 leads'), { show: () => seen });
    const mark = markOf(recordIn(own.env, 'c1').token);
    child.kill('SIGKILL');
    await expectGone(own, mark);
  });

  test('over `up` that is not done: the cluster goes', async () => {
    const own = shell();
    const { child } = inTerminal(own, ['up', '--nodes', '6']);
    const mark = await begun(own);
    child.kill('SIGKILL');
    await expectGone(own, mark);
  });

  test('after `up`, and over a stream: the cluster stays', async () => {
    const own = shell();
    const { seen } = inTerminal(own, ['up', '--nodes', '2']);
    await until('what to do next', () => seen.stdout.includes('replab put'), { show: () => seen });
    const stream = inTerminal(own, ['events', '--follow']);
    await until('events', () => stream.seen.stdout.includes('ready'), { show: () => stream.seen });
    stream.child.kill('SIGKILL');
    await own.ok('put', 'x', '1');
    expect(await own.ok('get', 'x')).toBe('1\n');
  });
});

test('whoever stops reading ends the command, with 0 and without a word', async () => {
  const own = await cluster('--nodes', '2');
  for (let i = 0; i < 3; i += 1) await own.run(['put', `k${i}`, '-'], { input: 'v'.repeat(200_000) });
  const commands = [
    'status',
    'status --json',
    'ls',
    'events',
    'log',
    'get k1',
    'diff',
    'faults',
    'modes',
    'version',
    '--help',
    'up --help',
    'sim --seeds 20',
  ];
  for (const command of commands) {
    for (const reader of ['head -c 1', 'true']) {
      const replab = `'${process.execPath}' '${bin}' ${command}`;
      // `true` reads nothing, and is gone before most of these begin to write.
      const script = `${replab} | ${reader} > /dev/null; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', script], { env: own.env, encoding: 'utf8' });
      expect({ command, reader, stdout }).toEqual({ command, reader, stdout: '0\n' });
      expect(stderr).not.toMatch(/replab:|Error|EPIPE/);
    }
  }
});

test('a stream whose reader has gone ends with what it would have said next', async () => {
  const own = await cluster('--nodes', '2');
  for (const command of ['events --follow', 'log --follow']) {
    const script = `'${process.execPath}' '${bin}' ${command} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', script], { env: own.env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await until('the first line', () => said.includes('\n'));
    await own.ok('put', 'x', command);
    await own.ok('restart', 'n2');
    await until('the end', () => said.endsWith('\n0\n'), { show: () => said });
  }
});
