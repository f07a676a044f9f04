import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../support/terminal.ts';
import { tempDir, until } from '../support/until.ts';
import { bin, cluster, type Shell } from './replab.ts';

interface Watching {
  readonly terminal: Terminal;
  /** Of the `replab` process. */
  pid(): number;
  /** What `stty -g` said of the terminal before and after, and how `replab` exited. */
  after(): { readonly before: string; readonly after: string; readonly exit: string };
}

/** `replab watch` in a terminal, in a shell that notes how the terminal was before and after. */
function watch(
  { env }: Shell,
  args = '',
  options: TerminalOptions & { readonly node?: string } = {},
): Watching {
  const dir = tempDir();
  const terminal = openTerminal(
    [
      `stty -g > '${dir}/before'`,
      `sh -c 'echo $$ > "${dir}/pid"; exec "${process.execPath}" ${options.node ?? ''} "${bin}" watch ${args}'`,
      `echo $? > '${dir}/exit'`,
      `stty -g > '${dir}/after'`,
      'echo shell again',
    ].join('\n'),
    { ...options, env: { ...env, ...options.env } },
  );
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8').trim();
  return {
    terminal,
    pid: () => Number(read('pid')),
    after: () => ({ before: read('before'), after: read('after'), exit: read('exit') }),
  };
}

/** Left as it was found, and the last line said why. */
async function expectEnd({ terminal, after }: Watching, exit: number, why: string | RegExp): Promise<void> {
  await terminal.shows('shell again');
  await terminal.ended;
  const { before, after: now, exit: code } = after();
  expect({ code, terminal: now }).toEqual({ code: String(exit), terminal: before });
  expect({ alternate: terminal.isAlternate(), cursor: terminal.isCursorShown() }).toEqual({
    alternate: false,
    cursor: true,
  });
  expect(terminal.lines().join('\n')).toMatch(why);
  const pasteOn = terminal.written().lastIndexOf('\u001B[?2004h');
  expect(terminal.written().lastIndexOf('\u001B[?2004l')).toBeGreaterThanOrEqual(pasteOn);
}

describe('watch, in a terminal', () => {
  test('keys: views, a fault and its end, a command, a filter, help; q leaves it and the cluster goes on', async () => {
    const own = await cluster('--nodes', '3');
    const watching = watch(own);
    const { terminal } = watching;
    await terminal.shows('n1 leads epoch 1@n1, every follower has all of it');
    expect(terminal.isAlternate()).toBe(true);
    terminal.type('jji');
    await terminal.shows('$ replab isolate n3');
    await terminal.shows('CUT {n1 n2} ✕ {n3}');
    terminal.type('2');
    await terminal.shows('[2 links]');
    await terminal.shows(/^›n3 +✕ .* +✕ /);
    terminal.type(':put x "one two"\r');
    await terminal.shows("$ replab put x 'one two'  ok 1@n1/");
    await terminal.shows('n3 is 1 entry behind');
    terminal.type('3');
    await terminal.shows(/^x +one two +\(none\) +behind/);
    terminal.type('h');
    await terminal.shows('$ replab heal  healed f1 (isolate n3)');
    await terminal.shows('no key differs');
    terminal.type('4/isol');
    await terminal.shows(' / isol');
    await until('only what passes', () => !terminal.lines().some((line) => line.includes('healed ids')));
    terminal.type('\r');
    await terminal.shows(/\/isol +$|\/isol/);
    terminal.type('\u001B');
    await terminal.shows('healed ids=f1');
    terminal.type('?');
    await terminal.shows('keys of this screen');
    terminal.type('q1');
    await terminal.shows('[1 overview]');
    terminal.type('q');
    await expectEnd(watching, 0, /watch left; c1 goes on/);
    expect(await own.ok('get', 'x')).toBe('one two\n');
  });

  test('a leader dies before your eyes, and another is promoted; what would lose something asks', async () => {
    const own = await cluster('--nodes', '3');
    await own.ok('isolate', 'n3');
    await own.ok('put', 'x', '1');
    const watching = watch(own, '--ascii', { columns: 120, rows: 40 });
    const { terminal } = watching;
    await terminal.shows('n3 is 1 entry behind');
    terminal.type('x');
    await terminal.shows('kill n1, as if its machine died?');
    terminal.type('n');
    await until(
      'the question to go',
      () => !terminal.lines().some((line) => line.includes('as if its machine')),
    );
    terminal.type('xy');
    await terminal.shows('NO LEADER: n1 is killed');
    await terminal.shows('next: replab promote n2 (m on n2)');
    terminal.type('jjm');
    await terminal.shows('Promote it all the same');
    terminal.type('y');
    await terminal.shows('$ replab promote n3 --force  n3 leads epoch 2@n3');
    await terminal.shows(/n3 leads epoch 2@n3/);
    expect(terminal.lines().join('')).toMatch(/^[ -~]*$/);
    terminal.type('q');
    await expectEnd(watching, 0, /watch left/);
  });

  test('another size while it runs: all of it is drawn for that size, and nothing is left of the other', async () => {
    const own = await cluster('--nodes', '3');
    const watching = watch(own);
    const { terminal } = watching;
    await terminal.shows('[1 overview]');
    for (const [columns, rows] of [
      [120, 40],
      [50, 10],
      [200, 60],
      [61, 15],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      const count = (text: string): number => terminal.lines().filter((line) => line.includes(text)).length;
      const wanted = { verdict: 1, tabs: columns < 60 ? 0 : 1, keys: 1, isFoot: true };
      const now = (): typeof wanted => ({
        verdict: count('leads epoch'),
        tabs: count('[1 overview]'),
        keys: count('q leave'),
        isFoot: /q leave ?$/.test(terminal.lines().at(-1) ?? ''),
      });
      await until(`one frame of ${columns}x${rows}`, () => isDeepStrictEqual(now(), wanted), {
        show: () => [now(), terminal.lines().join('\n')],
      });
    }
    terminal.type('q');
    await expectEnd(watching, 0, /watch left/);
  });

  test('Ctrl-Z gives the terminal back and stops, fg comes back', async () => {
    const own = await cluster('--nodes', '2');
    const terminal = openTerminal(
      ['set -m', `'${process.execPath}' '${bin}' watch`, 'echo stopped $?; read line; fg; echo over $?'].join(
        '\n',
      ),
      { env: own.env },
    );
    await terminal.shows('[1 overview]');
    terminal.type('\u001A');
    await terminal.shows('stopped 148');
    expect([terminal.isAlternate(), terminal.isCursorShown()]).toEqual([false, true]);
    terminal.type('go on\r');
    await until(
      'the screen again',
      () => terminal.isAlternate() && terminal.lines().some((line) => line.includes('[1 overview]')),
    );
    terminal.type('2');
    await terminal.shows('[2 links]');
    terminal.type('q');
    await terminal.shows('over 0');
    expect(terminal.isAlternate()).toBe(false);
  });
});

describe('watch ends with the terminal as it was, and says why', () => {
  test.for([
    ['Ctrl-C', 130, /Interrupted/, ({ terminal }: Watching): void => terminal.type('\u0003')],
    ['SIGTERM', 143, /Terminated/, ({ pid }: Watching): void => void process.kill(pid(), 'SIGTERM')],
    [
      'Q, and yes',
      0,
      /watch ended: c1 was taken down/,
      ({ terminal }: Watching): void => terminal.type('Qy'),
    ],
  ] as const)('%s', async ([, exit, why, end]) => {
    const own = await cluster('--nodes', '2');
    const watching = watch(own);
    await watching.terminal.shows('[1 overview]');
    end(watching);
    await expectEnd(watching, exit, why);
  });

  test('the cluster is taken down elsewhere', async () => {
    const own = await cluster('--nodes', '2');
    const watching = watch(own);
    await watching.terminal.shows('[1 overview]');
    await own.ok('down');
    await expectEnd(watching, 0, /watch ended: c1 was taken down/);
  });

  test('its supervisor dies', async () => {
    const own = await cluster('--nodes', '2');
    const watching = watch(own);
    await watching.terminal.shows('[1 overview]');
    const { clusters } = await own.json<{ clusters: readonly { pid: number }[] }>('ls');
    process.kill(clusters[0]!.pid, 'SIGKILL');
    await expectEnd(watching, 4, /The supervisor of c1 is gone/);
  });

  test('its supervisor is silent: that is told, and taken back when it answers again', async () => {
    const own = await cluster('--nodes', '2');
    const watching = watch(own);
    const { terminal } = watching;
    await terminal.shows('[1 overview]');
    const { clusters } = await own.json<{ clusters: readonly { pid: number }[] }>('ls');
    const { pid } = clusters[0]!;
    process.kill(pid, 'SIGSTOP');
    try {
      await terminal.shows('NO ANSWER from the supervisor');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await terminal.shows('n1 leads epoch 1@n1');
    terminal.type('q');
    await expectEnd(watching, 0, /watch left/);
  });

  test('a fault of ours, wherever it is thrown', async () => {
    const own = await cluster('--nodes', '2');
    const fixture = new URL('fixtures/throws-on-usr2.js', import.meta.url);
    const watching = watch(own, '', { node: `--import "${fixture.href}"` });
    await watching.terminal.shows('[1 overview]');
    process.kill(watching.pid(), 'SIGUSR2');
    await expectEnd(watching, 70, /thrown on SIGUSR2/);
  });
});

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
