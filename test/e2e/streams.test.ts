import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { bin, cluster, shell } from './replab.ts';

describe('streams', () => {
  test('events --follow: as they happen, until interrupted', async () => {
    const { ok, start } = await cluster('--nodes', '2');
    const { child, seen, ended } = start(['events', '--follow', '--json']);
    await until('what has happened', () => seen.stdout.includes('"ready"'), { show: () => seen });
    await ok('pause', 'n2');
    await until('what happens', () => seen.stdout.includes('"paused"'), { show: () => seen });
    child.kill('SIGINT');
    const { exit, stdout } = await ended;
    expect(exit).toBe(130);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { schema: string; seq?: number });
    expect(documents.slice(0, -1).map(({ seq }) => seq)).toEqual(documents.slice(0, -1).map((_, i) => i + 1));
    expect(documents.at(-1)).toMatchObject({ schema: 'replab.error/1' });
  });

  test('log --follow: entries as they come, and what is given up when the log is rewound', async () => {
    const { ok, start } = await cluster('--nodes', '3');
    await ok('isolate', 'n1');
    const { child, seen, ended } = start(['log', 'n1', '--follow', '--after', '2']);
    await ok('put', 'x', 'lost');
    await until('the entry', () => seen.stdout.includes('1@n1/3        x = "lost"'), { show: () => seen });
    await ok('promote', 'n2', '--force');
    await ok('put', 'x', 'kept', '--at', 'n2');
    await ok('heal');
    await until(
      'the log to go back and on',
      () => /n1 gave up what came after index 2\n[^]*x = "kept"/.test(seen.stdout),
      { show: () => seen },
    );
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exit: 143 });
  });

  test('log: the newest entries, those after a position, of a node', async () => {
    const { ok } = await cluster('--nodes', '1');
    for (const value of ['1', '2', '3']) await ok('put', 'x', value);
    expect((await ok('log', '--limit', '2')).split('\n')).toHaveLength(3);
    expect(await ok('log', 'n1', '--after', '1@n1/4')).toBe('1@n1/5        x = "3"  (was "2")\n');
    expect(await ok('log', '--after', '5')).toBe('');
  });

  test('logs: the last lines of a file, and those that are added, when the cluster is down too', async () => {
    const { env, ok, start, run } = await cluster('--nodes', '1');
    const file = join(env['XDG_STATE_HOME']!, 'replab', 'c1', 'logs', 'n1.log');
    expect(await run(['logs', 'n1'])).toMatchObject({
      exit: 0,
      stdout: '',
      stderr: 'n1 has written nothing.\n',
    });
    appendFileSync(file, 'one\ntwo\nthree');
    expect(await ok('logs', 'n1', '--lines', '2')).toBe('two\nthree\n');
    const { child, seen, ended } = start(['logs', 'n1', '--follow']);
    await until('the whole lines', () => seen.stdout === 'one\ntwo\n', { show: () => seen });
    appendFileSync(file, ' and more\nfour\n');
    await until('what was added', () => seen.stdout === 'one\ntwo\nthree and more\nfour\n', {
      show: () => seen,
    });
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exit: 130 });
    await ok('down', '--keep');
    expect(await ok('logs', 'n1', '-c', 'c1', '--lines', '1', '--json')).toBe(
      '{"schema":"replab.log-line/1","who":"n1","line":"four"}\n',
    );
  });

  test('--timeout ends a stream that would go on', async () => {
    const { run } = await cluster('--nodes', '1');
    expect(await run(['events', '--follow', '--timeout', '100ms', '-q'])).toMatchObject({ exit: 5 });
  });

  test('whoever stops reading ends the command, with 0', () => {
    const { env } = shell();
    const replab = `'${process.execPath}' '${bin}'`;
    const script = `${replab} sim --seeds 20 | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], {
      env,
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'seed 1\n0\n', stderr: '' });
  });
});
