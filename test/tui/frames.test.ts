import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { viewNames } from '../../src/commands/watch.ts';
import { frameOf } from '../../src/tui/frame.ts';
import { textOf, widthOf } from '../../src/tui/line.ts';
import { painterOf } from '../../src/tui/painter.ts';
import { behind, differing, halved, healthy, noLeader, told, twoLeaders, writing } from './story.ts';
import { fc } from '../support/property.ts';

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
] as const;

/** All views and a node's page, one under the other, as they are on the screen. */
function gallery(snapshots: readonly Snapshot[], columns: number, rows: number, ascii: boolean): string {
  const model = told(snapshots, { size: { columns, rows }, ascii, diff: differing });
  const pages = [...viewNames.map((_, i) => String(i + 1)), 'enter', '?'].map((key) => {
    model.press(key);
    return `${'='.repeat(columns)}\n${model.frame().join('\n')}\n`;
  });
  return pages.join('');
}

describe('golden frames', () => {
  for (const { columns, rows } of sizes) {
    for (const ascii of [false, true]) {
      const name = `${columns}x${rows}${ascii ? '-ascii' : ''}`;
      test(`3 nodes, two leaders, ${name}`, async () => {
        const shown = gallery([...writing(3), twoLeaders(3, 1310, 12_000)], columns, rows, ascii);
        await expect(shown).toMatchFileSnapshot(`golden/two-leaders-3-${name}.txt`);
      });
      test(`50 nodes in two halves, ${name}`, async () => {
        const shown = gallery([...writing(50), halved(50, 1310, 12_000)], columns, rows, ascii);
        await expect(shown).toMatchFileSnapshot(`golden/halved-50-${name}.txt`);
      });
    }
  }

  test('the moment a leader dies; and all is well', async () => {
    const frames = [noLeader(5, 1277, 12_000), healthy(5, 1310, 12_000)].map((last) =>
      told([...writing(5), last])
        .frame()
        .join('\n'),
    );
    await expect(frames.join(`\n${'='.repeat(80)}\n`)).toMatchFileSnapshot('golden/no-leader-5-80x24.txt');
  });

  test('a setting nobody can tell is ?', () => {
    const lost = { ...noLeader(5, 1310, 12_000), options: { sync: null } };
    expect(told([...writing(5), lost]).frame()[1]).toContain('sync ?');
  });

  test('too small for a table: a line for each node', async () => {
    const frames = [
      [50, 10],
      [59, 30],
      [100, 6],
      [12, 3],
    ].map(([columns, rows]) =>
      told([...writing(5), noLeader(5, 1310, 12_000)], { size: { columns: columns!, rows: rows! } }).frame(),
    );
    await expect(frames.map((lines) => lines.join('\n')).join('\n====\n')).toMatchFileSnapshot(
      'golden/small.txt',
    );
  });

  test('colours go with words and signs, never alone', async () => {
    const model = told([...writing(3), twoLeaders(3, 1310, 12_000)], { painter: painterOf(true) });
    await expect(model.frame().join('\n')).toMatchFileSnapshot('golden/colour.txt');
  });
});

const snapshots = [
  (n: number) => healthy(n, 1310, 12_000),
  (n: number) => behind(n, 1310, 400, 12_000),
  (n: number) => noLeader(n, 1310, 12_000),
  (n: number) => twoLeaders(n, 1310, 12_000),
  (n: number) => halved(n, 1310, 12_000),
];

describe('whatever was seen, whatever the size', () => {
  const anyScene = fc.record({
    of: fc.constantFrom(...snapshots),
    nodes: fc.constantFrom(2, 3, 9, 17, 50),
    columns: fc.integer({ min: 1, max: 220 }),
    rows: fc.integer({ min: 1, max: 70 }),
    ascii: fc.boolean(),
    keys: fc.array(
      fc.constantFrom(
        '1',
        '2',
        '3',
        '4',
        '5',
        'enter',
        '?',
        'j',
        'pagedown',
        '/',
        'n',
        'x',
        ':',
        'esc',
        'space',
      ),
    ),
  });

  test('a frame has the rows of the screen, and no line is wider', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyScene, ({ of, nodes, columns, rows, ascii, keys }) => {
        const model = told([...writing(nodes), of(nodes)], {
          size: { columns, rows },
          ascii,
          diff: differing,
        });
        for (const key of keys) model.press(key);
        const { lines } = frameOf(model.scene(), { columns, rows });
        expect(lines).toHaveLength(rows);
        const wide = lines.map(textOf).filter((text) => widthOf(text) > columns);
        expect(wide).toEqual([]);
        const odd = ascii ? /[^ -~]/ : /\p{C}/u;
        expect(lines.map(textOf).filter((text) => odd.test(text))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('a resized screen shows what one of that size shows', () => {
    const model = told([...writing(5), twoLeaders(5, 1310, 12_000)]);
    model.frame();
    for (const size of [...sizes, { columns: 50, rows: 10 }]) {
      model.resize(size);
      expect(model.frame()).toEqual(told([...writing(5), twoLeaders(5, 1310, 12_000)], { size }).frame());
    }
  });

  test('nothing changed: the very same lines', () => {
    const model = told([...writing(5)]);
    const before = model.frame();
    model.receive({ ...writing(5).at(-1)!, seq: 99 }, 10_500);
    expect(model.frame()).toBe(before);
  });
});
