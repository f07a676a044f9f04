import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { unicodeGlyphs } from '../../src/tui/glyphs.ts';
import { findingsOf } from '../../src/tui/headline.ts';
import { advance, bucketMs, isMoving, noHistory, remember, writesPerSecond } from '../../src/tui/history.ts';
import { clip, clipLine, fit, safe, textOf, widthOf } from '../../src/tui/line.ts';
import { sparkline } from '../../src/tui/sparkline.ts';
import { wiresOf } from '../../src/tui/wires.ts';
import { behind, differing, healthy, noLeader, told, twoLeaders } from './story.ts';

const lagOf = (snapshots: readonly Snapshot[], id: string) =>
  snapshots.reduce(remember, noHistory).lag.get(id);

describe('history', () => {
  test('a bucket holds the most of its time; what was between two buckets goes on as it was', () => {
    const at = (missing: number, tMs: number): Snapshot => behind(3, 1000, missing, tMs);
    expect(lagOf([at(0, 0), at(90, 100), at(3, 400)], 'n3')).toEqual([90]);
    expect(lagOf([at(0, 0), at(7, 500), at(0, 2000)], 'n3')).toEqual([0, 7, 7, 7, 0]);
  });

  test('not known is not 0', () => {
    expect(lagOf([healthy(3, 10, 0), noLeader(3, 10, 500)], 'n1')).toEqual([0, null]);
  });

  test('the rate is that of the last seconds, and falls to 0 when nothing comes', () => {
    const writing = Array.from({ length: 9 }, (_, i) => healthy(3, 100 + i * 50, i * 500));
    const history = writing.reduce(remember, noHistory);
    expect(writesPerSecond(history, 4000)).toBe(100);
    expect(writesPerSecond(history, 5000)).toBe(50);
    expect(writesPerSecond(history, 6000)).toBe(0);
    expect(isMoving(history, 5000, 20)).toBe(true);
  });

  test('at rest nothing moves; a peak does until it has moved out', () => {
    expect(isMoving(remember(noHistory, healthy(3, 10, 0)), 0, 20)).toBe(false);
    const peak = [behind(3, 10, 5, 0), healthy(3, 10, bucketMs)].reduce(remember, noHistory);
    expect(isMoving(peak, bucketMs, 20)).toBe(true);
    expect(isMoving(advance(peak, 25 * bucketMs), 25 * bucketMs, 20)).toBe(false);
  });

  test('what a dead leader had that nobody else has is remembered', () => {
    const model = told([healthy(3, 40, 1000), noLeader(3, 37, 2000)]);
    expect(model.frame()[0]).toContain('NO LEADER: n1 is killed; n2 is furthest; 3 entries only n1 had');
    expect(model.frame().join('\n')).toMatch(/n1 +✕ killed +\? +\(40\)/);
  });
});

describe('the first line', () => {
  const said = (snapshot: Snapshot): readonly string[] =>
    findingsOf(told([snapshot]).scene()).map(({ text }) => text);

  test('all is well', () => {
    expect(said(healthy(3, 10, 0))).toEqual(['n1 leads epoch 1@n1, every follower has all of it']);
    expect(said(healthy(1, 10, 0))).toEqual(['n1 leads epoch 1@n1, alone']);
  });

  test('the worst first', () => {
    expect(said(twoLeaders(3, 10, 0))).toEqual([
      'TWO LEADERS: n1 (1@n1) has not heard of n2 (2@n2)',
      'FORKED: n1 has entries that n2 has not',
      'CUT {n2 n3} ✕ {n1}',
    ]);
  });

  test('many are counted', () => {
    const all = behind(9, 100, 40, 0);
    const late = {
      ...all,
      nodes: all.nodes.map((node, i) => (i < 2 ? node : { ...node, lag: { ...node.lag, entries: i } })),
    };
    expect(said(late)).toEqual(['7 are behind, n9 by 8 entries', 'n1 leads epoch 1@n1']);
  });

  test('a diverged key by name, once it is known', () => {
    const snapshot = { ...healthy(3, 10, 0), divergence: { state: 'diverged' as const } };
    expect(said(snapshot)[0]).toBe('DIVERGED: nodes hold different contents at the same position');
    const [n1] = differing.kind === 'read' ? differing.diff.nodes : [];
    if (n1?.state !== 'diverged' || differing.kind !== 'read') throw new Error('the sample has diverged');
    const diff = { ...differing, diff: { ...differing.diff, nodes: [{ ...n1, forked: false }] } };
    const [first] = findingsOf(told([snapshot], { diff }).scene());
    expect(first!.text).toBe(
      'DIVERGED: "日本語のとても長い名前のキー" is "京都" on n1, "東京" on n2, and 1 more',
    );
  });
});

describe('wires', () => {
  const withFaults = (...texts: readonly string[]): Snapshot => ({
    ...healthy(5, 10, 0),
    faults: texts.map((text, i) => ({
      ...twoLeaders(3, 1, 0).faults[0]!,
      id: `f${i + 1}`,
      kind: text.split(' ')[0]!,
      text,
    })),
  });

  test('groups are of those who still talk, through others too', () => {
    expect(wiresOf(withFaults()).groups).toEqual([['n1', 'n2', 'n3', 'n4', 'n5']]);
    expect(wiresOf(withFaults('partition n1,n2/n3,n4,n5')).groups).toEqual([
      ['n3', 'n4', 'n5'],
      ['n1', 'n2'],
    ]);
    expect(wiresOf(withFaults('cut n1:n2', 'cut n2:n1')).groups).toHaveLength(1);
  });

  test('one way is not both', () => {
    const wires = wiresOf(withFaults('cut n1:n2'));
    expect(wires.oneWay).toEqual([['n1', 'n2']]);
    expect([wires.cutBy('n1', 'n2'), wires.cutBy('n2', 'n1')]).toEqual([['f1'], []]);
  });

  test('a fault of a kind that is not known cuts nothing', () => {
    expect(wiresOf(withFaults('solar-flare n1')).groups).toHaveLength(1);
  });
});

describe('lines', () => {
  test('cells, not characters, are counted', () => {
    expect(widthOf('東京')).toBe(4);
    expect(clip('東京都', 5, '…')).toBe('東京…');
    expect(clip('東京都', 4, '…')).toBe('東…');
    expect(fit('東', 4, '…', true)).toBe('  東');
    expect(widthOf('👩‍👩‍👧')).toBe(2);
    expect(clip('👩‍👩‍👧👩‍👩‍👧x', 4, '…')).toBe('👩‍👩‍👧…');
  });

  test('a cut is marked, whichever piece it falls into', () => {
    const line = ['abc', ['bold', 'def'], 'ghi'] as const;
    for (let width = 1; width < 9; width += 1) {
      const text = textOf(clipLine(line, width, '~'));
      expect(text).toBe(`${'abcdefghi'.slice(0, width - 1)}~`);
    }
    expect(textOf(clipLine(line, 9, '~'))).toBe('abcdefghi');
  });

  test('data cannot move the cursor', () => {
    expect(safe('a\u001B[2J\nb\t\u009B', false)).toBe(String.raw`a\u{1b}[2J\nb\t\u{9b}`);
    expect(safe('né', true)).toBe(String.raw`n\u{e9}`);
  });
});

test('sparkline: nothing is the lowest bar and only that; not known is a gap', () => {
  expect(sparkline([0, 1, 10, 100, 1000, null, 0], 1000, unicodeGlyphs)).toBe('▁▂▃▆█ ▁');
  expect(sparkline([0, 1], 1, unicodeGlyphs)).toBe('▁█');
  expect(sparkline([0, 0], 0, unicodeGlyphs)).toBe('▁▁');
});
