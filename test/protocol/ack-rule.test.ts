import { describe, expect, test } from 'vitest';
import { coveredIndex, type AckFacts } from '../../src/protocol/single-leader/ack-rule.ts';
import { parseSettings, type Settings } from '../../src/protocol/single-leader/settings.ts';

const members = ['n1', 'n2', 'n3', 'n4', 'n5'];

function settings(sync: string): Settings {
  const parsed = parseSettings({ sync }, members);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function facts(held: Readonly<Record<string, number>>, other: Partial<AckFacts> = {}): AckFacts {
  return {
    self: 'n1',
    members,
    held: new Map(Object.entries(held)),
    durable: 100,
    epochFirst: 1,
    configIndex: 2,
    ...other,
  };
}

const held = { n2: 90, n3: 80, n4: 70 };

describe('the covered index (F5)', () => {
  test.each([
    ['none', 100],
    ['1', 90],
    ['2', 80],
    ['3', 70],
    ['all', 0],
    ['majority', 80],
    ['n3', 80],
    ['n5', 0],
  ])('sync %s covers %i', (sync, index) => {
    expect(coveredIndex(settings(sync), facts(held))).toBe(index);
  });

  test('nothing is covered beyond what the leader itself has committed', () => {
    for (const sync of ['none', '1', 'n2']) {
      expect(coveredIndex(settings(sync), facts({ n2: 90 }, { durable: 50 }))).toBe(50);
    }
  });

  test('a majority covers nothing before it holds an entry of the leader’s epoch (Raft 5.4.2)', () => {
    expect(coveredIndex(settings('majority'), facts(held, { epochFirst: 81 }))).toBe(0);
    expect(coveredIndex(settings('majority'), facts(held, { epochFirst: 80 }))).toBe(80);
  });

  test('a named follower counts once it holds its appointment (F7)', () => {
    expect(coveredIndex(settings('n2'), facts(held, { configIndex: 91 }))).toBe(0);
    expect(coveredIndex(settings('n2'), facts(held, { configIndex: 90 }))).toBe(90);
  });

  test('a leader that is itself the named follower asks for any one other', () => {
    expect(coveredIndex(settings('n1'), facts(held))).toBe(90);
  });

  test('all counts dead members', () => {
    expect(coveredIndex(settings('all'), facts({ n2: 9, n3: 9, n4: 9, n5: 5 }))).toBe(5);
    expect(coveredIndex(settings('all'), facts({ n2: 9, n3: 9, n4: 9 }))).toBe(0);
  });
});

describe('settings', () => {
  test.each([
    [{ sync: '5' }, /at most 4/],
    [{ sync: 'some' }, /sync/],
    [{ sync: 'n9' }, /sync/],
    [{ ack: 'written' }, /received, durable, applied/],
    [{ 'write-timeout': '5' }, /duration/],
    [{ 'on-sync-lost': 'handover' }, /sync=NODE/],
  ])('%o is refused', (texts, reason) => {
    expect(parseSettings(texts, members)).toMatch(reason);
  });
});
