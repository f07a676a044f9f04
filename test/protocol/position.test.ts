import { describe, expect, test } from 'vitest';
import { diskName, diskOf, nodeOfDisk, parseDisk } from '../../src/protocol/node-id.ts';
import {
  compareBallots,
  containsAt,
  forkOf,
  formatPosition,
  parsePosition,
  zeroPosition,
  type Ballot,
  type EpochStart,
  type Position,
} from '../../src/protocol/position.ts';

const one: Ballot = { number: 1, disk: diskOf('n1') };
const two: Ballot = { number: 2, disk: diskOf('n2') };
const otherTwo: Ballot = { number: 2, disk: diskOf('n3') };
const at = (epoch: Ballot, index: number): Position => ({ epoch, index });
const from = (epoch: Ballot, firstIndex: number): EpochStart => ({ epoch, firstIndex });

describe('disks (P5)', () => {
  test('a name tells the node and its life', () => {
    expect(diskName(diskOf('n2'))).toBe('n2');
    expect(diskName(diskOf('n2', 2))).toBe('n2.2');
    expect(nodeOfDisk(diskOf('n17', 3))).toBe('n17');
    for (const name of ['n1', 'n1023', 'n2.2', 'n50.17']) expect(diskName(parseDisk(name)!)).toBe(name);
  });

  test.each(['n0', 'n1024', 'n01', 'x1', 'n1.0', ''])('%s is no disk', (text) => {
    expect(parseDisk(text)).toBeNull();
  });
});

describe('positions (P4)', () => {
  test('print and parse', () => {
    expect(formatPosition(at({ number: 4, disk: diskOf('n2', 2) }, 120))).toBe('4@n2.2/120');
    for (const text of ['4@n2/120', '4@n2.2/1', '0@-/0'])
      expect(formatPosition(parsePosition(text)!)).toBe(text);
    for (const text of ['4@n2', '4/120', 'x@n2/1', '4@n2/-1', '']) expect(parsePosition(text)).toBeNull();
  });

  test('two promotions of one number are two epochs, ordered by disk', () => {
    expect(compareBallots(two, otherTwo)).toBeLessThan(0);
    expect(compareBallots(otherTwo, one)).toBeGreaterThan(0);
  });

  test('a position of a discarded tail is forked, however large its index or small its epoch', () => {
    const epochs = [from(one, 1), from(two, 111)];
    expect(containsAt(epochs, at(two, 115), at(one, 110))).toBe('yes');
    expect(containsAt(epochs, at(two, 115), at(one, 112))).toBe('forked');
    expect(containsAt(epochs, at(two, 115), at(one, 120))).toBe('forked');
    expect(containsAt(epochs, at(two, 115), at(two, 116))).toBe('not-yet');
    expect(containsAt(epochs, at(two, 115), at(otherTwo, 116))).toBe('not-yet');
    expect(containsAt(epochs, at(two, 115), at(otherTwo, 115))).toBe('forked');
    expect(containsAt([], zeroPosition, at(one, 1))).toBe('not-yet');
    expect(containsAt(epochs, at(two, 115), zeroPosition)).toBe('yes');
  });
});

describe('the fork of two logs (F2, KIP-101)', () => {
  const leader = [from(one, 1), from(two, 111)];
  test.each([
    ['a follower behind', [from(one, 1)], at(one, 90), at(one, 90)],
    ['a tail of the old epoch', [from(one, 1)], at(one, 120), at(one, 110)],
    [
      'a tail of an epoch nobody else has',
      [from(one, 1), from(otherTwo, 105)],
      at(otherTwo, 130),
      at(one, 104),
    ],
    ['nothing in common', [from(otherTwo, 1)], at(otherTwo, 7), zeroPosition],
    ['an empty log', [], zeroPosition, zeroPosition],
  ])('%s', (_name, epochs, last, fork) => {
    expect(forkOf(leader, at(two, 115), epochs, last)).toEqual(fork);
    expect(forkOf(epochs, last, leader, at(two, 115))).toEqual(fork);
  });
});
