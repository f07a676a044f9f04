import { describe, expect, test } from 'vitest';
import { openTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { bin, cluster } from './replab.ts';
import { watch } from './watching.ts';

describe('watch, elsewhere', () => {
  test('lines: events, and the state when it is another; no cursor, no colour', async () => {
    const own = await cluster('--nodes', '2');
    const { child, seen, ended } = own.start(['watch']);
    await until('the state', () => seen.stdout.includes('n1=leader n2=follower'), { show: () => seen });
    await own.ok('pause', 'n2');
    await until('what happened, and the new state', () => /paused\n[^]*n2=paused/.test(seen.stdout), {
      show: () => seen,
    });
    child.kill('SIGTERM');
    const { exit, stdout } = await ended;
    expect(exit).toBe(143);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toMatch(
      /^- +\+\d+\.\d\ds {2}- {4}state {2}n1=leader n2=follower epoch=1@n1 contents=equal faults=- {2}verdict="/m,
    );
    await own.ok('resume', 'n2');
  });

  test('--json: snapshots, one a line, until the cluster is down', async () => {
    const own = await cluster('--nodes', '2');
    const { seen, ended } = own.start(['watch', '--json']);
    await until('the first', () => seen.stdout.includes('\n'), { show: () => seen });
    await own.ok('isolate', 'n2');
    await until('the fault', () => seen.stdout.includes('"kind":"isolate"'), { show: () => seen });
    await own.ok('down');
    const { exit, stdout } = await ended;
    expect(exit).toBe(0);
    const all = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { schema: string; events: number });
    expect(new Set(all.map(({ schema }) => schema))).toEqual(new Set(['replab.snapshot/1']));
  });

  test('--once: a frame, a snapshot, a line', async () => {
    const { ok } = await cluster('--nodes', '3');
    await ok('isolate', 'n3');
    const frame = await ok('watch', '--once', '--view', 'links');
    expect(frame).toMatch(/CUT \{n1 n2\} ✕ \{n3\}/);
    expect(frame).toMatch(/^groups {2}\{n1 n2\} ✕ \{n3\}$/m);
    expect(JSON.parse(await ok('watch', '--once', '--json'))).toMatchObject({
      faults: [{ text: 'isolate n3' }],
    });
    expect((await ok('watch', '--once', '--plain')).split('\n')).toHaveLength(2);
  });

  test('--once on a terminal that was given no size: a whole frame', async () => {
    const { env } = await cluster('--nodes', '3');
    const once = `'${process.execPath}' '${bin}' watch --once`;
    const terminal = openTerminal(`stty cols 0 rows 0\n${once}; echo exit $?`, { env });
    await terminal.shows('exit 0');
    expect(terminal.lines().join('\n')).toMatch(/n1 leads epoch 1@n1, every follower has all of it\n/);
    expect(terminal.lines().join('\n')).toMatch(/^ {2}n3 +○ follower/m);
  });

  test('lines name what is cut', async () => {
    const { ok } = await cluster('--nodes', '3');
    await ok('isolate', 'n3');
    expect(await ok('watch', '--once', '--plain')).toContain(
      'verdict="n1 leads epoch 1@n1; cut into {n1 n2}, {n3}"',
    );
    await ok('heal');
    await ok('cut', 'n1:n2');
    expect(await ok('watch', '--once', '--plain')).toContain('n2 hears nothing from n1');
  });

  test('a dumb terminal gets lines too', async () => {
    const own = await cluster('--nodes', '1');
    const { terminal, pid } = watch(own, '', { env: { TERM: 'dumb' }, columns: 200 });
    await terminal.shows('n1=leader epoch=1@n1');
    process.kill(pid(), 'SIGTERM');
    await terminal.shows('shell again');
    expect(terminal.written()).not.toContain('\u001B[?1049h');
  });
});
