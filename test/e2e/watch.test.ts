import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openTerminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { bin, cluster } from './replab.ts';
import { expectEnd, watch, type Watching } from './watching.ts';

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

  test('a command says what it says elsewhere, as plain text; one without an end, or that asks for more, is refused', async () => {
    const own = await cluster('--nodes', '3');
    const watching = watch(own, '-c c1', { columns: 160, rows: 40, env: { NO_COLOR: undefined } });
    const { terminal } = watching;
    await terminal.shows('n1 leads epoch 1@n1');
    const answers = async (typed: string, answer: string): Promise<void> => {
      terminal.type(`:${typed}\r`);
      await terminal.shows(`$ replab -c c1 ${typed}  ${answer}`);
      expect(terminal.lines().join('\n')).not.toContain('u{1b}');
    };
    await answers('events --name ready', '#');
    await answers('get nokey', 'there is no such key');
    await answers("put e ''", 'ok 1@n1/');
    await answers('get e', '"" (empty)');
    await answers('cas e 1 2', 'exit 8: ');
    await answers('events --follow', 'This goes on until it is ended');
    await answers('put x -', 'There is no standard input here');
    await answers('expect-exit 0 events --follow', 'exit 1: exit 3, expected 0');
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
