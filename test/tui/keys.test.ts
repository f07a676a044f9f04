import { describe, expect, test } from 'vitest';
import { commandNames, commands } from '../../src/commands/commands.ts';
import { viewNames } from '../../src/commands/watch.ts';
import { keyNames } from '../../src/tui/app.ts';
import { wordsOf } from '../../src/tui/input.ts';
import { commandLine } from '../../src/tui/invoke.ts';
import { keys, lastKeys } from '../../src/tui/keys.ts';
import type { Painter } from '../../src/tui/line.ts';
import type { Model } from '../../src/tui/model.ts';
import { keyLabel } from '../../src/tui/views/help.ts';
import { healthy, noLeader, told, twoLeaders } from './story.ts';

const all = [...keys, ...lastKeys];
const screen = (model: Model): string => model.frame().join('\n');

describe('the table of keys', () => {
  test('no key means two things', () => {
    const names = all.flatMap((key) => key.keys);
    expect(names).toEqual([...new Set(names)]);
  });

  test('help tells of every one of them, the footer only of those', () => {
    const model = told([healthy(3, 10, 1000)], { size: { columns: 200, rows: 80 } });
    const foot = model.frame().at(-1)!;
    for (const {
      footer,
      keys: [name],
    } of all) {
      if (footer !== undefined) expect(foot).toContain(`${keyLabel(name!)} ${footer}`);
    }
    model.press('?');
    const shown = screen(model);
    for (const { keys: names, does } of all)
      expect(shown).toContain(` ${names.map(keyLabel).join(' ').padEnd(12)} ${does}`);
  });

  test.for(all.map((key) => [key.keys[0]!, key] as const))('%s: what it runs is a command', ([, key]) => {
    const { state, effect } = key.press(told([twoLeaders(3, 10, 1000)]).scene());
    const words =
      effect?.kind === 'run' ? effect.words : state.input.kind === 'ask' ? state.input.words : null;
    if (words !== null) expect(commandNames).toContain(words[0]);
    if (state.input.kind === 'command' && state.input.text !== '')
      expect(commandNames).toContain(state.input.text.split(' ')[0]);
    expect(state.view).toBeOneOf([...viewNames]);
  });

  test.for(['kill', 'down'])('%s asks; no other key runs it', (name) => {
    for (const key of all) {
      const { effect } = key.press(told([healthy(3, 10, 1000)]).scene());
      expect(effect?.kind === 'run' && effect.words[0] === name).toBe(false);
    }
  });
});

describe('a question', () => {
  test.for(['n', 'esc', 'q'])('%s is no', (key) => {
    const model = told([healthy(3, 10, 1000)]);
    expect(model.press('x')).toBeNull();
    expect(screen(model)).toContain('kill n1, as if its machine died?');
    expect(model.press(key)).toBeNull();
    expect(screen(model)).not.toContain('as if its machine died?');
  });

  test('only y is yes: no other key answers it, or does what it otherwise does', () => {
    const model = told([healthy(3, 10, 1000)]);
    model.press('x');
    for (const key of ['j', 'x', 's', 'i', 'h', 'enter', 'space', 'Q']) expect(model.press(key)).toBeNull();
    expect(model.state.selected).toBe('n1');
    expect(model.press('y')).toEqual({ kind: 'run', words: ['kill', 'n1'] });
    expect(model.state.input).toEqual({ kind: 'keys' });
  });

  test('a promotion that would lose entries is asked about, and only then forced', () => {
    const model = told([noLeader(3, 10, 1000)]);
    const error = { code: 'behind', what: 'n3 is behind n2.', fix: 'Use --force.' } as const;
    model.ended(model.began('replab promote n3', ['promote', 'n3']), { ok: false, error });
    expect(screen(model)).toContain('n3 is behind n2. Promote it all the same, and lose that?');
    expect(model.press('y')).toEqual({ kind: 'run', words: ['promote', 'n3', '--force'] });
  });
});

describe('what became of a command', () => {
  const kinds = ['good', 'caution', 'bad', 'dim', 'bold', 'alarm'] as const;
  const marking = Object.fromEntries(
    kinds.map((kind) => [kind, (text: string) => `<${kind}>${text}`]),
  ) as Painter;

  test.for([
    [0, '<good>n1 equal'],
    [1, '<bad>exit 1: n1 equal'],
    [2, '<caution>exit 2: n1 equal'],
    [8, '<bad>exit 8: n1 equal'],
  ] as const)('exit %i', ([exit, shown]) => {
    const model = told([healthy(3, 10, 1000)], { painter: marking });
    model.ended(model.began('replab diff', ['diff']), { ok: true, exit, text: 'n1 equal' });
    expect(model.frame().at(-2)).toContain(shown);
  });

  test('one that ends after a later one was begun is told only when it failed', () => {
    const model = told([healthy(3, 10, 1000)]);
    const first = model.began('replab get a', ['get', 'a']);
    const second = model.began('replab get b', ['get', 'b']);
    model.ended(second, { ok: true, exit: 0, text: 'B' });
    model.ended(first, { ok: true, exit: 0, text: 'A' });
    expect(model.frame().at(-2)).toContain('$ replab get b  B');
    model.ended(first, { ok: true, exit: 8, text: 'A' });
    expect(model.frame().at(-2)).toContain('$ replab get a  exit 8: A');
  });

  test.for([
    [['put', 'x', '1'], null, 'replab put x 1'],
    [['put', 'x', 'a b'], 'lab', "replab -c lab put x 'a b'"],
    [['put', '--', '-c', 'x'], 'lab', 'replab -c lab put -- -c x'],
    [['status', '-c', 'other'], 'lab', 'replab status -c other'],
    [['status', '--cluster=other'], 'lab', 'replab status --cluster=other'],
  ] as const)('%j is shown as it was run', ([words, cluster, line]) => {
    expect(commandLine(words, cluster)).toBe(line);
  });
});

describe('typing', () => {
  test('no letter of a filter or a command acts', () => {
    const model = told([healthy(3, 10, 1000)]);
    for (const key of '/xQn2h'.split('')) expect(model.press(key)).toBeNull();
    expect(model.state).toMatchObject({ filter: 'xQn2h', view: 'overview' });
    model.press('esc');
    expect(model.state).toMatchObject({ filter: '', input: { kind: 'keys' } });
  });

  test('a filter leaves what contains it, in any case', () => {
    const model = told([noLeader(5, 10, 1000)]);
    for (const key of ['/', 'K', 'i', 'L', 'l', 'enter']) model.press(key);
    expect(screen(model)).toMatch(/n1 +✕ killed/);
    expect(screen(model)).not.toMatch(/n2 +○ follower/);
    model.press('esc');
    expect(screen(model)).toMatch(/n2 +○ follower/);
  });

  test('a command is run as a shell would split it', () => {
    const model = told([healthy(3, 10, 1000)]);
    for (const key of `:put x "a b"`.split('').map((char) => (char === ' ' ? 'space' : char)))
      model.press(key);
    expect(model.press('enter')).toEqual({ kind: 'run', words: ['put', 'x', 'a b'] });
  });

  test.for(['replab status', 'npx replab status', 'status'])('%s', (text) => {
    const model = told([healthy(3, 10, 1000)]);
    model.press(':');
    model.paste(text);
    expect(model.press('enter')).toEqual({ kind: 'run', words: ['status'] });
  });

  test('help is this help', () => {
    const model = told([healthy(3, 10, 1000)]);
    for (const key of [...':help'.split(''), 'enter']) expect(model.press(key)).toBeNull();
    expect(screen(model)).toContain('keys of this screen');
  });

  test.for([
    ['', []],
    ['  a  b ', ['a', 'b']],
    [`a'b c'"d e"`, ['ab cd e']],
    [`''`, ['']],
    ['a "b', null],
  ] as const)('%s', ([text, words]) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test('pasted text is only text', () => {
    const model = told([healthy(3, 10, 1000)]);
    model.paste('xyQy\n');
    expect(model.state.input).toEqual({ kind: 'keys' });
    model.press(':');
    model.paste('put x 1\nkill n1\n');
    expect(model.state.input).toEqual({ kind: 'command', text: 'put x 1 kill n1 ' });
  });
});

describe('looking', () => {
  test('the selection stays on a node, and moves no further than the last', () => {
    const model = told([healthy(3, 10, 1000)]);
    for (const key of ['j', 'down', 'j', 'j']) model.press(key);
    expect(model.state.selected).toBe('n3');
    model.press('left');
    expect(model.press('i')).toEqual({ kind: 'run', words: ['isolate', 'n2'] });
  });

  test('freeze is thaw where a node is frozen', () => {
    const frozen = healthy(3, 10, 1000);
    const nodes = frozen.nodes.map((node) =>
      node.id === 'n1' ? { ...node, state: 'paused' as const } : node,
    );
    expect(told([{ ...frozen, nodes }]).press('z')).toEqual({ kind: 'run', words: ['resume', 'n1'] });
    expect(told([frozen]).press('z')).toEqual({ kind: 'run', words: ['pause', 'n1'] });
  });

  test('held: what is seen stands still, and goes on with all that came since', () => {
    const model = told([healthy(3, 10, 1000)]);
    model.press('space');
    model.receive(noLeader(3, 10, 2000), 2000);
    expect(screen(model)).toContain('HELD');
    expect(screen(model)).not.toContain('NO LEADER');
    model.press('space');
    expect(screen(model)).toContain('NO LEADER');
  });

  test('scrolling ends at the ends, so that one key back moves at once', () => {
    const model = told([healthy(3, 10, 1000)], { view: 'keys' });
    for (let i = 0; i < 5; i += 1) model.press('pagedown');
    model.frame();
    expect(model.state.scroll).toBe(0);
    model.press('?');
    model.press('pagedown');
    for (let i = 0; i < 9; i += 1) model.press('pagedown');
    const last = screen(model);
    model.press('k');
    expect(screen(model)).not.toBe(last);
  });

  test('the supervisor’s silence is told, above all else', () => {
    const model = told([noLeader(3, 10, 1000)]);
    model.silent(4000);
    expect(model.frame()[0]).toContain('NO ANSWER from the supervisor for 4s');
    model.silent(null);
    expect(model.frame()[0]).toContain('NO LEADER');
  });
});

describe('keys as terminals send them', () => {
  const none = {
    upArrow: false,
    downArrow: false,
    leftArrow: false,
    rightArrow: false,
    pageDown: false,
    pageUp: false,
    home: false,
    end: false,
    return: false,
    escape: false,
    ctrl: false,
    shift: false,
    tab: false,
    backspace: false,
    delete: false,
    meta: false,
    super: false,
    hyper: false,
    capsLock: false,
    numLock: false,
  };
  test.for([
    ['jj', {}, ['j', 'j']],
    [' ', {}, ['space']],
    ['', { upArrow: true }, ['up']],
    ['', { tab: true, shift: true }, ['shift-tab']],
    ['c', { ctrl: true }, ['ctrl-c']],
    ['x', { meta: true }, []],
    ['x\r', {}, ['x', 'enter']],
    ['日', {}, ['日']],
  ] as const)('%j %j', ([input, key, names]) => {
    expect(keyNames(input, { ...none, ...key })).toEqual(names);
  });
});

test('every view has a key, in the order of `--view`', async () => {
  expect(
    viewNames.map((_, i) => all.find((key) => key.keys.includes(String(i + 1)))?.does.split(/[:,]/)[0]),
  ).toEqual([...viewNames]);
  expect((await commands.watch.load()).options['view']?.summary).toContain(viewNames.join(', '));
});
