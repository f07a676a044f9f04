import { describe, expect, test } from 'vitest';
import { execute } from '../../src/cli/execute.ts';
import type { Host } from '../../src/cli/host.ts';
import { commandNames, commands } from '../../src/commands/commands.ts';

/** A command line as it would run alone, with what it said. */
async function say(...argv: readonly string[]) {
  const said = { out: '', err: '' };
  const host: Host = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    colour: false,
    interrupts: { onFirst: () => {} },
    stdin: () => Promise.reject(new Error('nobody types')),
    progress: () => ({ say: () => {}, end: () => {} }),
    show: null,
    shell: null,
    inherited: {},
  };
  return { exit: await execute(argv, host), ...said };
}

describe.for(commandNames)('%s', (name) => {
  const wrong = async (...words: readonly string[]): Promise<string> => {
    const people = await say(name, ...words);
    expect(people).toMatchObject({ exit: 3, out: '' });
    expect(people.err).toMatch(/^replab: [A-Za-z"-][^]*[.?)]\n {2}why: [A-Z][^]*\n {2}fix: [A-Z][^]*\n$/);
    expect(people.err).toContain(`It goes like this: replab ${name}`);
    expect(people.err).not.toMatch(/\n\s+at |undefined|\[object/);
    const script = await say(name, '--json', ...words);
    expect(script).toMatchObject({ exit: 3, err: '' });
    const [document, ...more] = script.out.trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(document!)).toMatchObject({ schema: 'replab.error/1', exit: 3, outcome: 'usage' });
    return people.err;
  };

  test('an option there is not', async () => {
    expect(await wrong('--nonsense')).toContain('There is no option --nonsense.');
    expect(await wrong('--timeot', '5s')).toContain('Did you mean --timeout?');
  });

  test('a global option that makes no sense', async () => {
    const args = Object.values((await commands[name].load()).args).filter(({ verbatim }) => !verbatim);
    const words = args.map(({ placeholder }) => sensible[placeholder] ?? 'n1');
    for (const [option, value] of [
      ['--timeout', 'soon'],
      ['--timeout', '0s'],
      ['--save', 'no-name'],
    ] as const) {
      const all = name === 'expect-exit' ? ['8', 'status'] : words;
      const { exit, err } = await say(name, option, value, ...all);
      expect(exit).toBe(3);
      expect(err).toContain(`${option} is "${value}"; expected `);
    }
    expect(await wrong('--timeout')).toContain('--timeout is followed by DURATION.');
  });

  test('what is missing, and what is too much', async () => {
    const args = Object.values((await commands[name].load()).args);
    const [first] = args;
    if (first?.required === true) expect(await wrong()).toContain(`${first.placeholder} is missing: `);
    if (args.some(({ several }) => several)) return;
    const words = [...args.map(({ placeholder }) => sensible[placeholder] ?? 'n1'), 'more'];
    expect(await wrong(...words)).toContain('more.');
  });

  test('help says all there is, without a stack', async () => {
    const { exit, out, err } = await say(name, '--help');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(new RegExp(`^replab ${name}\\b`));
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });
});

/** Words that an argument of that name may be. */
const sensible: Readonly<Record<string, string>> = {
  ACTION: 'list',
  'show|clear|export|import': 'show',
  CONDITION: 'leader',
  SHELL: 'bash',
  CODE: 'no-leader',
  MODE: 'single-leader',
  EXPRESSION: 'true',
  'FROM:TO': 'n1:n2',
  GROUPS: 'n1/n2',
  BY: '1',
  WHAT: 'register',
};

test('options alone are no command', async () => {
  expect(await say('-c', 't1')).toMatchObject({ exit: 3, err: expect.stringContaining('Which command?') });
  expect((await say()).exit).toBe(0);
});
