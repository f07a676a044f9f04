import { describe, expect, test } from 'vitest';
import type { NodeResult } from '../../src/client/diff-cluster.ts';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import type { ViewName } from '../../src/commands/watch.ts';
import { parsePosition } from '../../src/protocol/position.ts';
import { findingsOf } from '../../src/tui/headline.ts';
import { widthOfLine, wrapLine } from '../../src/tui/line.ts';
import type { DiffView, Size } from '../../src/tui/scene.ts';
import { halved, healthy, noLeader, told, twoLeaders, writing } from './story.ts';

const shown = (snapshot: Snapshot, view: ViewName, size: Size, diff?: DiffView): readonly string[] =>
  told([snapshot], { view, size, ...(diff === undefined ? {} : { diff }) }).frame();

const narrow = { columns: 80, rows: 24 };
const wide = { columns: 120, rows: 40 };

describe('links', () => {
  /** n1 to n2 is slow: the connections of both meet the fault. */
  function slowed(): Snapshot {
    const all = healthy(3, 10, 0);
    const isBetween = (from: string, to: string): boolean =>
      [from, to].toSorted((a, b) => a.localeCompare(b)).join(' ') === 'n1 n2';
    return {
      ...all,
      faults: [{ ...twoLeaders(3, 1, 0).faults[0]!, kind: 'link', text: 'link n1:n2 --delay 300ms' }],
      links: all.links.map((link) =>
        isBetween(link.from, link.to)
          ? { ...link, state: 'slow', faults: ['f1'], delayMs: link.from === 'n1' ? 300 : 0 }
          : link,
      ),
    };
  }

  test('one way that is slow is one link', () => {
    expect(findingsOf(told([slowed()]).scene())[0]!.text).toBe('n1→n2 is slow: 300ms');
    const lines = shown(slowed(), 'links', narrow);
    expect(lines.find((line) => line.startsWith('›n1'))).toMatch(/^›n1 +~ 300ms +·$/);
    expect(lines.find((line) => line.startsWith(' n2'))).toMatch(/^ n2 +· +·$/);
  });

  test('a number is shown whole or not at all', () => {
    for (let columns = 60; columns <= 140; columns += 1) {
      for (const view of ['links', 'overview'] as const) {
        const text = shown(halved(10, 1310, 0), view, { columns, rows: 40 }).join('\n');
        const cut = text.match(/✕ ?(?:2(?!\.0K\b)|f(?!2\b)).*/g) ?? [];
        expect({ columns, view, cut }).toEqual({ columns, view, cut: [] });
      }
    }
  });

  test('clients have a row wherever they stand', () => {
    const all = healthy(3, 10, 0);
    const from = all.links.flatMap((link) =>
      link.from === 'client'
        ? [link, { ...link, from: 'client@eu' as const, state: 'held' as const }]
        : [link],
    );
    const faults = [{ ...twoLeaders(3, 1, 0).faults[0]!, kind: 'cut', text: 'cut client@eu:n1' }];
    const nodes = all.nodes.map((node) => ({
      ...node,
      address: { ...node.address, clientAt: { eu: '127.0.0.1:1' } },
    }));
    const lines = shown({ ...all, nodes, links: from, faults }, 'links', narrow);
    expect(lines.find((line) => line.startsWith(' client@eu'))).toMatch(/^ client@eu ✕ f1 +· +·$/);
    expect(lines.find((line) => line.startsWith(' client '))).toMatch(/^ client +· +· +·$/);
  });

  test.for([3, 10])('with %i nodes, what the signs mean is told whole on 80 columns', (nodes) => {
    const lines = shown(halved(nodes, 10, 0), 'links', narrow);
    expect(lines.find((line) => line.startsWith('row sends'))).toMatch(/- down$/);
  });
});

describe('what the logs are', () => {
  test('contents are said to be forked where a log is', () => {
    const lines = shown(twoLeaders(3, 1310, 0), 'overview', narrow);
    expect(lines[0]).toContain('FORKED');
    expect(lines[1]).toContain('contents forked');
  });
});

describe('the map of many nodes', () => {
  test.for([narrow, wide])('shows a partition as a wall, each part by itself: %j', (size) => {
    const lines = shown(halved(10, 1310, 0), 'map', size);
    const body = lines.slice(3, lines.findIndex((line) => line.startsWith('groups')) - 1);
    const walls = new Set(body.map((line) => line.indexOf('✕')));
    expect(walls.size).toBe(1);
    const [at] = [...walls];
    const sideOf = (id: string): string =>
      body.some((line) => line.slice(0, at).includes(` ${id}`)) ? 'left' : 'right';
    expect(['n1', 'n2', 'n3', 'n4', 'n5'].map(sideOf)).toEqual(Array(5).fill('left'));
    expect(['n6', 'n7', 'n8', 'n9', 'n10'].map(sideOf)).toEqual(Array(5).fill('right'));
    expect(body.filter((line) => line.includes('…'))).toEqual([]);
  });

  test('marks the selected node with a sign', () => {
    expect(shown(healthy(3, 10, 0), 'map', narrow).join('\n')).toContain('›[★ n1]');
  });
});

describe('keys, with many nodes', () => {
  const at = parsePosition('1@n1/9')!;
  const late = (node: string, value: string): NodeResult => ({
    node,
    state: 'behind',
    forked: false,
    at,
    size: 1,
    keys: [{ key: 'x', state: 'behind', reference: 'new', node: value, changedAt: '1@n1/10' }],
  });
  const equal = (node: string): NodeResult => ({ ...late(node, ''), state: 'equal', keys: [] }) as NodeResult;
  const read = (...nodes: readonly NodeResult[]): DiffView => ({
    kind: 'read',
    diff: { reference: { node: 'n1', at, keys: 1, leads: true }, nodes },
  });

  test('of which the same is to be said: a line and a column for all', () => {
    const diff = read(
      ...['n2', 'n3', 'n4'].map(equal),
      ...['n5', 'n6', 'n7', 'n8', 'n9'].map((id) => late(id, 'old')),
      late('n10', 'older'),
    );
    const lines = shown(healthy(10, 10, 0), 'keys', narrow, diff).slice(3, 9);
    expect(lines).toEqual([
      'compared with n1, the leader, at 1@n1/9: 1 key',
      'n5 n6 n7 n8 n9 n10 behind at 1@n1/9 (1 key)',
      'n2 n3 n4 equal',
      '',
      expect.stringMatching(/^key +n1 +n5 \+4 +n10 +why$/),
      expect.stringMatching(/^x +new +old +older +behind 1@n1\/10$/),
    ]);
  });

  test('that all differ: those without room are named', () => {
    const ids = Array.from({ length: 9 }, (_, i) => `n${i + 2}`);
    const diff = read(...ids.map((id) => late(id, `of ${id}`)));
    const lines = shown(healthy(10, 10, 0), 'keys', narrow, diff);
    expect(lines).toContain('no room for what n5 n6 n7 and 3 more hold');
    expect(lines.find((line) => line.startsWith('x '))).toMatch(/of n2 +of n3 +of n4 +behind 1@n1\/10$/);
  });
});

describe('the page of a node', () => {
  test('tells the faults that meet it, and when they came', () => {
    const model = told([...writing(3), twoLeaders(3, 1310, 12_000)], { size: wide });
    model.press('enter');
    const page = model.frame().join('\n');
    expect(page).toMatch(/── faults that meet n1 ─+\n✕ f1 isolate n1 {2}since \+3.10s/);
    expect(page).toMatch(/events of n1 [^]*\+3.10s {2}- {3}isolate id=f1 isolate n1/);
    model.press('right');
    expect(model.frame().join('\n')).toMatch(/── faults that meet n2 ─+\n✕ f1 isolate n1/);
    const well = told([healthy(3, 10, 0)], { size: wide });
    well.press('enter');
    expect(well.frame().join('\n')).not.toContain('faults that meet');
  });
});

describe('what a command said', () => {
  const told80 = (text: string, snapshot = healthy(3, 10, 0)): readonly string[] => {
    const model = told([snapshot]);
    model.ended(model.began('replab put x 1', ['put', 'x', '1']), { ok: true, exit: 0, text });
    return model.frame();
  };
  const words = (count: number): string => Array.from({ length: count }, (_, i) => `word${i + 10}`).join(' ');

  test('is read to its end, on up to three lines', () => {
    const lines = told80(words(30));
    expect(lines).toHaveLength(24);
    expect(
      lines
        .slice(-4, -1)
        .map((line) => line.trim())
        .join(' '),
    ).toBe(`$ replab put x 1  ${words(30)}`);
    expect(told80(words(99)).at(-2)).toMatch(/…$/);
  });

  test('does not hide what to do next', () => {
    expect(told80('ok', noLeader(3, 10, 0)).at(-2)).toBe(
      ' $ replab put x 1  ok   next: replab promote n2 (m on n2)',
    );
    expect(told80(words(30), noLeader(3, 10, 0)).at(-2)).toBe(' next: replab promote n2 (m on n2)');
  });

  test.for([5, 20, 80])('no line is wider than %i cells', (width) => {
    for (const text of [words(9), '東京'.repeat(60), 'x'.repeat(300), `${words(2)} ${'y'.repeat(200)} z`]) {
      const lines = wrapLine([['bold', '> '], text], width, 3, '…');
      expect(lines.length).toBeLessThanOrEqual(3);
      expect(lines.filter((line) => widthOfLine(line) > width)).toEqual([]);
    }
  });
});
