import { expect, test } from 'vitest';
import { drawLanes } from '../../src/checkers/lanes.ts';
import { lanes } from './lanes.ts';
import { oneOf, smallHistories } from './small-histories.ts';
import { fc } from '../support/property.ts';

test('a bar for each operation, with how it ended', () => {
  const history = lanes`
    1: |- write x=1 -|  |- read x → nil @n2 -|  |- cas x 1=>2 -x
    2:      |- write y=long-word -?   |- append z 3, read z → [1 2] -|
    alice/7: |- read x → 1 -|`;
  expect(`\n${drawLanes(history.operations).join('\n')}\n`).toBe(`
1:       |- write x=1 -||- read x → nil @n2 -||- cas x 1=>2 -x
2:         |---------------- write y=long-word ----------------?
2:                           |-- append z 3, read z → [1 2] --|
alice/7:     |- read x → 1 -|
`);
});

test('drawn and read again, who ended before whom is the same', () => {
  const shape = {
    fs: { read: 3, write: 3, cas: 1 },
    keys: ['x', 'y'],
    nodes: ['n1', 'n2'],
    processes: 4,
    events: 20,
    read: oneOf,
  };
  fc.assert(
    fc.property(smallHistories(shape), ({ operations }) => {
      const drawn = lanes({ 0: drawLanes(operations).join('\n') } as never);
      expect(
        drawn.operations.map(({ f, key, output, outcome, node }) => ({ f, key, output, outcome, node })),
      ).toEqual(operations.map(({ f, key, output, outcome, node }) => ({ f, key, output, outcome, node })));
      for (const [i, a] of operations.entries()) {
        for (const [j, b] of operations.entries()) {
          const [c, d] = [drawn.operations[i]!, drawn.operations[j]!];
          expect([i, j, c.end < d.start]).toEqual([i, j, a.end < b.start]);
        }
      }
    }),
  );
});
