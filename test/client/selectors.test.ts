import { describe, expect, test } from 'vitest';
import { expandSelectors, selectNode, selectNodes } from '../../src/client/selectors.ts';
import type { LeaderView } from '../../src/cluster/snapshot.ts';
import { ReplabError } from '../../src/control/errors.ts';
import { node, sample, silent } from './sample.ts';

const split = sample({
  leaders: [leader('n1', 1, false), leader('n2', 2, true)],
  nodes: [node('n1'), node('n2', { role: 'leader' }), node('n3')],
});
const headless = sample({
  leaders: [],
  nodes: [node('n1', { ...silent, state: 'killed' }), node('n2'), node('n3', { ...silent, state: 'paused' })],
});

function leader(id: string, number: number, newest: boolean): LeaderView {
  const disk = Number(id.slice(1));
  return { id, shard: 0, epoch: { number, node: id, disk, text: `${number}@${id}` }, newest };
}

test.for([
  [['n2'], ['n2']],
  [['n3,n1'], ['n1', 'n3']],
  [
    ['n1', 'n1,n2'],
    ['n1', 'n2'],
  ],
  [['all'], ['n1', 'n2', 'n3']],
  [['@all'], ['n1', 'n2', 'n3']],
  [['@leader'], ['n1']],
  [['@followers'], ['n2', 'n3']],
  [['@follower.1'], ['n3']],
  [
    ['@leader', '@follower.0'],
    ['n1', 'n2'],
  ],
] as const)('%s', ([selectors, expected]) => {
  expect(selectNodes(selectors, sample())).toEqual(expected);
});

test('F17: @leader is the highest ballot, @leader.old the others', () => {
  expect(selectNodes(['@leader'], split)).toEqual(['n2']);
  expect(selectNodes(['@leader.old'], split)).toEqual(['n1']);
});

describe('nobody', () => {
  test.for(['@leader', '@leader.old', '@follower.3', '@follower.1'])(
    '%s is selector-empty, with the observed roles',
    (selector) => {
      const error = errorOf(() => selectNodes([selector], headless));
      expect(error).toMatchObject({
        code: 'selector-empty',
        facts: { selector, roles: 'n1 killed, n2 follower, n3 paused' },
      });
    },
  );

  test('an unknown node is no-such-node, with those there are', () => {
    expect(errorOf(() => selectNodes(['n9'], sample()))).toMatchObject({
      code: 'no-such-node',
      facts: { node: 'n9', nodes: 'n1, n2, n3' },
    });
  });

  test.for(['', 'leader', '@boss', 'n1,', 'n0', '@follower[0]'])('%j is usage', (selector) => {
    expect(errorOf(() => selectNodes([selector], sample())).code).toBe('usage');
  });
});

test('one node where one is needed', () => {
  expect(selectNode('@leader', sample())).toBe('n1');
  expect(errorOf(() => selectNode('@followers', sample())).code).toBe('usage');
});

test('selectors inside a fault’s grammar', () => {
  expect(expandSelectors('@leader/@followers', sample())).toBe('n1/n2,n3');
  expect(expandSelectors('@leader:@follower.0', sample())).toBe('n1:n2');
  expect(expandSelectors('client,n1/n2', sample())).toBe('client,n1/n2');
});

function errorOf(run: () => unknown): ReplabError {
  try {
    run();
  } catch (error) {
    if (error instanceof ReplabError) return error;
  }
  throw new Error('no ReplabError was thrown');
}
