import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { unicodeGlyphs } from '../../src/tui/glyphs.ts';
import { findingsOf } from '../../src/tui/headline.ts';
import { advance, bucketMs, isMoving, noHistory, remember, writesPerSecond } from '../../src/tui/history.ts';
import { clip, clipLine, clipStart, fit, safe, textOf, widthOf } from '../../src/tui/line.ts';
import { sparkline } from '../../src/tui/sparkline.ts';
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
    expect(model.frame()[0]).toContain(
      'NO LEADER: n1 is killed; n2 is furthest; at least 3 entries only n1 had',
    );
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

  test('one writes, several write', () => {
    const leaders = ['n1', 'n2', 'n3'].map((id, i) => ({
      id,
      shard: 0,
      epoch: { number: 3 - i, node: id, disk: i + 1, text: `${3 - i}@${id}` },
      newest: i === 0,
    }));
    expect(said({ ...healthy(3, 10, 0), leaders })[0]).toBe(
      '3 LEADERS: n2 (2@n2), n3 (1@n3) have not heard of n1 (3@n1)',
    );
    const waiting = (pending: number): Snapshot => {
      const all = healthy(3, 10, 0);
      return { ...all, nodes: all.nodes.map((node) => (node.id === 'n1' ? { ...node, pending } : node)) };
    };
    expect(said(waiting(1))).toContain('1 write waits for followers');
    expect(said(waiting(2))).toContain('2 writes wait for followers');
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

  test('an escape is cut before it, never in it', () => {
    const text = safe('日本語', true);
    expect(clip(text, 17, '~')).toBe(String.raw`\u{65e5}\u{672c}~`);
    expect(clip(text, 16, '~')).toBe(String.raw`\u{65e5}~`);
    expect(clip(safe('日a\nb', true), 11, '~')).toBe(String.raw`\u{65e5}a~`);
    expect(clip(safe('東\u009Bx', false), 8, '…')).toBe('東…');
  });

  test('the end of what is too long, where it is typed', () => {
    expect(clipStart('abcdef', 4, '…')).toBe('…def');
    expect(clipStart('東京都', 4, '…')).toBe('…都');
    expect(clipStart('abc', 3, '…')).toBe('abc');
  });
});

test('sparkline: nothing is the lowest bar and only that; not known is a gap', () => {
  expect(sparkline([0, 1, 10, 100, 1000, null, 0], 1000, unicodeGlyphs)).toBe('▁▂▃▆█ ▁');
  expect(sparkline([0, 1], 1, unicodeGlyphs)).toBe('▁█');
  expect(sparkline([0, 0], 0, unicodeGlyphs)).toBe('▁▁');
});
