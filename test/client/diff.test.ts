import { describe, expect, test } from 'vitest';
import { diffContents, type Contents } from '../../src/client/diff.ts';
import type { Entry } from '../../src/protocol/entry.ts';
import type { Position } from '../../src/protocol/position.ts';

function position(index: number): Position {
  return { epoch: { number: 1, disk: 1 }, index };
}

function contents(index: number, pairs: Record<string, string>): Contents {
  return { at: position(index), pairs: new Map(Object.entries(pairs)) };
}

/** An entry that takes `key` from `old` to `next`. */
function entry(index: number, key: string, old: string | null, next: string | null): Entry {
  const row = (value: string | null) => (value === null ? null : { key, value });
  const changes = [{ table: 'kv', old: row(old), new: row(next) }];
  return { at: position(index), chain: index, body: { kind: 'rows', changes } };
}

const marker: Entry = { at: position(3), chain: 3, body: { kind: 'epochStart' } };

describe('P12: behind is not diverged', () => {
  test('the same contents at the same position are equal', () => {
    const one = contents(2, { x: '1', y: '2' });
    expect(diffContents(one, one, [])).toEqual({ state: 'equal', forked: false, keys: [] });
  });

  test('what later entries explain is behind, with the entry that changed it last', () => {
    const leader = contents(5, { x: '3', z: 'new' });
    const follower = contents(2, { x: '1', y: 'old' });
    const later = [
      entry(3, 'x', '1', '2'),
      entry(4, 'x', '2', '3'),
      entry(5, 'y', 'old', null),
      entry(6, 'z', null, 'new'),
    ];
    expect(diffContents(leader, follower, later)).toEqual({
      state: 'behind',
      forked: false,
      keys: [
        { key: 'x', state: 'behind', reference: '3', node: '1', changedAt: '1@n1/4' },
        { key: 'y', state: 'behind', reference: null, node: 'old', changedAt: '1@n1/5' },
        { key: 'z', state: 'behind', reference: 'new', node: null, changedAt: '1@n1/6' },
      ],
    });
  });

  test('what no entry explains has diverged', () => {
    const diff = diffContents(contents(2, { x: '1' }), contents(2, { x: '9' }), []);
    expect(diff).toMatchObject({
      state: 'diverged',
      keys: [{ key: 'x', state: 'diverged', reference: '1', node: '9' }],
    });
  });

  test('a missing and an extra key have diverged', () => {
    const diff = diffContents(contents(2, { x: '1' }), contents(2, { y: '1' }), []);
    expect(diff.keys.map(({ key, state }) => [key, state])).toEqual([
      ['x', 'diverged'],
      ['y', 'diverged'],
    ]);
  });

  test('a later entry does not excuse a value the node should not have had before it', () => {
    const diff = diffContents(contents(3, { x: '2' }), contents(2, { x: '9' }), [entry(3, 'x', '1', '2')]);
    expect(diff).toMatchObject({
      state: 'diverged',
      keys: [{ key: 'x', state: 'diverged', changedAt: '1@n1/3' }],
    });
  });

  test('nor one that it lost', () => {
    const diff = diffContents(contents(3, {}), contents(2, {}), [entry(3, 'x', '1', null)]);
    expect(diff).toMatchObject({ state: 'diverged', keys: [{ key: 'x', reference: null, node: null }] });
  });

  test('one diverged key among keys that are behind is divergence', () => {
    const diff = diffContents(contents(3, { x: '2', y: '1' }), contents(2, { x: '1', y: '8' }), [
      entry(3, 'x', '1', '2'),
    ]);
    expect(diff.state).toBe('diverged');
    expect(diff.keys.map(({ key, state }) => [key, state])).toEqual([
      ['x', 'behind'],
      ['y', 'diverged'],
    ]);
  });

  test('equal values are behind while entries that touched keys are missing, and equal when none did', () => {
    const same = contents(2, { x: '1' });
    expect(
      diffContents(contents(4, { x: '1' }), same, [entry(3, 'x', '1', '2'), entry(4, 'x', '2', '1')]).state,
    ).toBe('behind');
    expect(diffContents(contents(3, { x: '1' }), same, [marker]).state).toBe('equal');
  });

  test('a forked log is divergence, whatever the keys are', () => {
    const diff = diffContents(contents(3, { x: '2' }), contents(3, { x: '7' }), null);
    expect(diff).toMatchObject({ state: 'diverged', forked: true, keys: [{ key: 'x', state: 'diverged' }] });
    expect(diffContents(contents(3, { x: '2' }), contents(3, { x: '2' }), null)).toMatchObject({
      state: 'diverged',
      keys: [],
    });
  });
});
