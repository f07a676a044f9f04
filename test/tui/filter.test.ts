import { describe, expect, test } from 'vitest';
import type { Model } from '../../src/tui/model.ts';
import { healthy, noLeader, told } from './story.ts';

const type = (model: Model, ...keys: readonly string[]): void => {
  for (const key of keys) model.press(key);
};

describe('a filter and the selected node', () => {
  test('the selection goes to a node that is left, and moves among those', () => {
    const model = told([noLeader(5, 10, 1000)]);
    type(model, '/', 'f', 'o', 'l');
    expect(model.state.selected).toBe('n2');
    type(model, 'enter', 'k');
    expect(model.state.selected).toBe('n2');
    type(model, 'j', 'j', 'j', 'j');
    expect(model.state.selected).toBe('n5');
  });

  test('pasted, it does the same', () => {
    const model = told([noLeader(5, 10, 1000)]);
    model.press('/');
    model.paste('follower');
    expect(model.state.selected).toBe('n2');
  });

  test.for(['x', 's', 'i', 'm', 'z', 't', 'r', 'p', 'c', 'enter'])(
    '%s does nothing to a node that is not seen, and says so',
    (key) => {
      const model = told([healthy(3, 10, 1000)]);
      type(model, '/', 'l', 'e', 'a', 'd', 'enter');
      model.receive(noLeader(3, 10, 2000), 2000);
      expect(model.frame().join('\n')).not.toMatch(/n1 +✕ killed/);
      expect(model.press(key)).toBeNull();
      expect(model.state).toMatchObject({ input: { kind: 'keys' }, zoomed: false });
      expect(model.frame().join('\n')).toContain('n1 is hidden by the filter /lead: select another, or Esc');
    },
  );

  test('among links it is about names; elsewhere not about nodes at all', () => {
    const model = told([healthy(3, 10, 1000)], { view: 'links' });
    type(model, '/', '3', 'enter');
    expect(model.press('i')).toEqual({ kind: 'run', words: ['isolate', 'n3'] });
    type(model, '4', 'left');
    expect(model.press('i')).toEqual({ kind: 'run', words: ['isolate', 'n2'] });
  });

  test('where nodes are not listed, the selected one is named', () => {
    const model = told([healthy(3, 10, 1000)]);
    for (const key of ['3', '4', '5']) {
      model.press(key);
      expect(model.frame()[2]).toContain('›n1');
    }
  });
});

describe('a small screen', () => {
  const size = { columns: 50, rows: 5 };

  test('keys select, whatever the view; what is selected can be looked at', () => {
    const model = told([healthy(5, 10, 1000)], { size, view: 'events' });
    type(model, 'j', 'j');
    expect(model.frame().join('\n')).toMatch(/^›n3 /m);
    type(model, 'enter');
    expect(model.frame()[1]).toMatch(/^node +n3/);
    expect(model.frame().at(-1)).toBe(' j k scroll  ? help  Esc back');
  });

  test('how to leave is told beside what was said, typed or filtered', () => {
    const model = told([healthy(5, 10, 1000)], { size });
    expect(model.frame().at(-1)).toBe(' j k select  ? help  q leave');
    model.ended(model.began('replab heal', ['heal']), { ok: true, exit: 0, text: 'x'.repeat(99) });
    expect(model.frame().at(-1)).toMatch(/^ \$ replab heal {2}x+… +q leave$/);
    type(model, 'esc', '/', '4', 'enter');
    expect(model.frame().join('\n')).not.toContain('n2');
    expect(model.frame().at(-1)).toBe(' /4  j k select  ? help  Esc back');
    type(model, 'x');
    expect(model.frame().at(-1)).toMatch(/kill n4, as if .*y \/ n$/);
  });
});

describe('what is typed', () => {
  test('is seen where it is typed, however long it is', () => {
    const model = told([healthy(3, 10, 1000)]);
    model.press(':');
    model.paste(`put x ${'0123456789'.repeat(20)}`);
    expect(model.frame().at(-2)).toMatch(/^ : replab …[0-9]*0123456789█$/);
    expect(model.frame().at(-2)).toHaveLength(80);
    type(model, 'Z');
    expect(model.frame().at(-2)).toMatch(/6789Z█$/);
  });

  test('help: its keys are told at its foot, and go to both ends', () => {
    const model = told([healthy(3, 10, 1000)]);
    model.press('?');
    expect(model.frame().at(-1)).toContain('Home g beginning   End G end   Esc goes back');
    for (const [end, home] of [
      ['G', 'g'],
      ['end', 'home'],
    ] as const) {
      model.press(end);
      expect(model.frame().join('\n')).toContain('Never a guess');
      model.press(home);
      expect(model.frame().join('\n')).toContain('The selected node');
    }
  });
});
