import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf, kept, labOf } from './labs.ts';
import { shell, type Shell } from './replab.ts';
import { expectEnd, inTerminal, type Watching } from './watching.ts';

const weak = 'put x 2 --save w2\nexpect \'nodes[id="n2"].lag.entries = 1\'';

/** Two questions, one after the other on the same cluster. */
const twice = `${labOf({ weak, explain: 'It was {{ w2.at.text }}, event {{ last.seq }}.' }).replace('{{ last.seq }}', '{{ $count(nodes) }}')}

## Hints

- The first hint.
- The second.

## Predict again

And now?

- It is 3. <!-- y.value = "3" -->
- It is 4. <!-- y.value = "4" -->

## Once more

\`\`\`replab
put y 4
get y --save y
\`\`\`

## Explain it again

It is {{ y.value }}.
`;

function go(own: Shell, dir: string, options = {}): Watching {
  return inTerminal(own, `lab run one --dir ${dir}`, { env: { CI: '' }, ...options });
}

function progress({ env }: Shell): unknown {
  return JSON.parse(readFileSync(join(env['XDG_STATE_HOME']!, 'replab', '.lab-progress.json'), 'utf8'));
}

describe('lab run, in a terminal', () => {
  test('predict, run, observe, explain, with keys alone; what was reached is kept', async () => {
    const own = shell();
    const dir = folderOf({ one: twice });
    const watching = go(own, dir);
    const { terminal } = watching;
    await terminal.shows('Is it?');
    await terminal.shows('Answer with a letter');
    terminal.type('\r');
    await terminal.shows('Enter run, once answered');
    terminal.type('h');
    await terminal.shows('The first hint.');
    terminal.type('b');
    await terminal.shows(/^ +›b\) No\./);
    await terminal.shows('Enter lock and run');
    terminal.type('\r');
    await terminal.shows('the mechanism');
    await terminal.shows('All of it ran as expected');
    terminal.type('\r');
    await terminal.shows('OBSERVED');
    await terminal.shows('a) Yes.');
    await terminal.shows('Your answer b: ✕ not what happened');
    await terminal.shows('right 0 of 1');
    terminal.type('\r');
    await terminal.shows('It was 1@n1/4, event 2.');
    terminal.type('b');
    await terminal.shows('OBSERVED');
    terminal.type('bb');
    await terminal.shows('No. LOCKED');
    terminal.type('r');
    await terminal.shows('All of it ran as expected');
    terminal.type('\r\r\r');
    await terminal.shows('And now?');
    terminal.type('q');
    await expectEnd(watching, 0, /one: left at 2 of 2, saved, 0 of 1 right/);
    expect(progress(own)).toEqual({ one: { chapter: 1, answers: [false] } });
    expect(kept(own)).toEqual([]);
    const again = go(own, dir);
    await again.terminal.shows('And now?');
    again.terminal.type('b\r');
    await again.terminal.shows('All of it ran as expected');
    again.terminal.type('\r');
    await again.terminal.shows('Your answer b: ● right');
    again.terminal.type('\r');
    await again.terminal.shows('It is 4.');
    again.terminal.type('\r');
    await expectEnd(again, 0, /one: done, 1 of 2 right/);
    expect(kept(own)).toEqual([]);
  });

  test('left while it runs: nothing goes on', async () => {
    const own = shell();
    const watching = go(own, folderOf({ one: labOf({ weak: 'wait no-leader --timeout 10m' }) }));
    const { terminal } = watching;
    await terminal.shows('Is it?');
    terminal.type('s');
    await terminal.shows('› wait no-leader');
    terminal.type('q');
    await expectEnd(watching, 0, /one: left at 1 of 1/);
    expect(kept(own)).toEqual([]);
  });

  test.for([
    ['Ctrl-C', null, 130],
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGHUP', 'SIGHUP', 143],
  ] as const)('%s: the terminal is given back, and nothing is left', async ([, signal, code]) => {
    const own = shell();
    const watching = go(own, folderOf({ one: labOf({ weak: 'wait no-leader --timeout 10m' }) }));
    const { terminal } = watching;
    await terminal.shows('Is it?');
    terminal.type('s');
    await terminal.shows('› wait no-leader');
    if (signal === null) terminal.type('\u0003');
    else process.kill(watching.pid(), signal);
    await expectEnd(watching, code, 'replab: ');
    expect(kept(own)).toEqual([]);
  });

  test('what does not hold is told with what was seen; exit 1, and it is kept', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak, after: 'expect \'nodes[id="n2"].lag.entries = 9\'' }) });
    const watching = go(own, dir);
    const { terminal } = watching;
    await terminal.shows('Is it?');
    terminal.type('a\r');
    await terminal.shows('nodes[id="n2"].lag.entries = 0');
    await terminal.shows('Something did not go as expected. r runs it again');
    terminal.type('q');
    await expectEnd(watching, 1, /What happened is kept in/);
    expect(kept(own)).toHaveLength(1);
  });

  test('with --ci, and where there is no terminal for it, lines', async () => {
    const own = shell();
    const dir = folderOf({ one: labOf({ weak }) });
    const watching = inTerminal(own, `lab run one --dir ${dir} --ci`, { env: { CI: '' }, columns: 120 });
    await watching.terminal.shows(/passed +one/);
    await expectEnd(watching, 0, /passed +one/);
  });
});
