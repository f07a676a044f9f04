import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { cluster } from './replab.ts';
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

  test('a dumb terminal gets lines too', async () => {
    const own = await cluster('--nodes', '1');
    const { terminal, pid } = watch(own, '', { env: { TERM: 'dumb' }, columns: 200 });
    await terminal.shows('n1=leader epoch=1@n1');
    process.kill(pid(), 'SIGTERM');
    await terminal.shows('shell again');
    expect(terminal.written()).not.toContain('\u001B[?1049h');
  });
});
