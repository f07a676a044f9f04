import { describe, expect, test } from 'vitest';
import {
  expandSelectors,
  selectNode,
  selectNodes,
  selectorForms,
  selectorNames,
} from '../../src/client/selectors.ts';
import type { LeaderView } from '../../src/cluster/snapshot.ts';
import { ReplabError } from '../../src/control/errors.ts';
import { createChance, type Chance } from '../../src/lib/chance.ts';
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
  [['@minority'], ['n1']],
  [['@majority'], ['n2', 'n3']],
  [
    ['@leader', '@follower.0'],
    ['n1', 'n2'],
  ],
] as const)('%s', ([selectors, expected]) => {
  expect(selectNodes(selectors, sample(), seeded())).toEqual(expected);
});

test('F17: @leader is the highest ballot, @leader.old the others', () => {
  expect(selectNodes(['@leader'], split, seeded())).toEqual(['n2']);
  expect(selectNodes(['@leader.old'], split, seeded())).toEqual(['n1']);
});

describe('regions', () => {
  const clientAt = { eu: '127.0.0.1:1', us: '127.0.0.1:2', ap: '127.0.0.1:3' };
  const address = { client: null, direct: null, clientAt };
  const apart = sample({
    nodes: [
      node('n1', { region: 'eu', address }),
      node('n2', { ...silent, region: 'us', address }),
      node('n3', { region: 'us', address }),
    ],
  });

  test('a region is all that stands in it, whether it answers or not', () => {
    expect(selectNodes(['@region:us'], apart, seeded())).toEqual(['n2', 'n3']);
    expect(expandSelectors('@region:eu:@region:us', apart, seeded())).toBe('n1:n2,n3');
    expect(expandSelectors('@region:eu,client@eu/@leader', apart, seeded())).toBe('n1,client@eu/n1');
  });

  test('one without nodes is nobody; one that is not there is told from it', () => {
    expect(errorOf(() => selectNodes(['@region:ap'], apart, seeded()))).toMatchObject({
      code: 'selector-empty',
    });
    for (const [snapshot, regions] of [
      [apart, 'eu, us, ap'],
      [sample(), ''],
    ] as const) {
      expect(errorOf(() => selectNodes(['@region:af'], snapshot, seeded()))).toMatchObject({
        code: 'no-such-region',
        facts: { region: 'af', regions },
      });
    }
  });
});

describe('nobody', () => {
  test.for(['@leader', '@leader.old', '@follower.3', '@follower.1', '@lagging'])(
    '%s is selector-empty, with the observed roles',
    (selector) => {
      const error = errorOf(() => selectNodes([selector], headless, seeded()));
      expect(error).toMatchObject({
        code: 'selector-empty',
        facts: { selector, roles: 'n1 killed, n2 follower, n3 paused' },
      });
    },
  );

  test('an unknown node is no-such-node, with those there are', () => {
    expect(errorOf(() => selectNodes(['n9'], sample(), seeded()))).toMatchObject({
      code: 'no-such-node',
      facts: { node: 'n9', nodes: 'n1, n2, n3' },
    });
  });

  test.for(['', 'leader', '@boss', 'n1,', 'n0', '@follower[0]'])('%j is usage', (selector) => {
    expect(errorOf(() => selectNodes([selector], sample(), seeded())).code).toBe('usage');
  });
});

test('one node where one is needed', () => {
  expect(selectNode('@leader', sample(), seeded())).toBe('n1');
  expect(errorOf(() => selectNode('@followers', sample(), seeded())).code).toBe('usage');
});

test('selectors inside a fault’s grammar', () => {
  expect(expandSelectors('@leader/@followers', sample(), seeded())).toBe('n1/n2,n3');
  expect(expandSelectors('@leader:@follower.0', sample(), seeded())).toBe('n1:n2');
  expect(expandSelectors('client,n1/n2', sample(), seeded())).toBe('client,n1/n2');
});

describe('@minority and @majority', () => {
  const five = ['n1', 'n2', 'n3', 'n4', 'n5'].map((id) =>
    node(id, { role: id === 'n4' ? 'leader' : 'follower' }),
  );
  const ledByN4 = sample({ leaders: [leader('n4', 3, true)], nodes: five });

  test('the leader is in the minority, and nobody is in neither', () => {
    expect(selectNodes(['@minority'], ledByN4, seeded())).toEqual(['n1', 'n4']);
    expect(selectNodes(['@majority'], ledByN4, seeded())).toEqual(['n2', 'n3', 'n5']);
    expect(expandSelectors('@minority/@majority', ledByN4, seeded())).toBe('n4,n1/n2,n3,n5');
  });

  test('of two leaders, the newest', () => {
    expect(selectNodes(['@minority'], split, seeded())).toEqual(['n2']);
  });

  test('without a leader by number; of all members, down or not', () => {
    expect(selectNodes(['@minority'], headless, seeded())).toEqual(['n1']);
  });

  test('four: one against three. Two: there is no minority', () => {
    const of = (count: number) => sample({ nodes: five.slice(0, count) });
    expect(selectNodes(['@minority'], of(4), seeded())).toEqual(['n1']);
    expect(selectNodes(['@majority'], of(2), seeded())).toEqual(['n1', 'n2']);
    expect(errorOf(() => selectNodes(['@minority'], of(2), seeded())).code).toBe('selector-empty');
  });
});

test('@lagging: known to lack entries; what is not known is not lagging', () => {
  const { lag } = node('n2');
  const nodes = [
    node('n1'),
    node('n2', { lag: { ...lag, entries: 3 } }),
    node('n3', { ...silent, state: 'paused' }),
  ];
  expect(selectNodes(['@lagging'], sample({ nodes }), seeded())).toEqual(['n2']);
});

describe('@random', () => {
  test('one that runs; the same seed, the same choice', () => {
    const chosen = Array.from({ length: 40 }, (_, seed) => selectNodes(['@random'], sample(), seeded(seed)));
    expect(chosen.flat().toSorted()).toEqual(expect.arrayContaining(['n1', 'n2', 'n3']));
    expect(chosen.every((nodes) => nodes.length === 1)).toBe(true);
    expect(selectNodes(['@random'], sample(), seeded(3))).toEqual(chosen[3]);
    expect(selectNodes(['@random'], headless, seeded(5))).toEqual(['n2']);
  });

  test('twice in one command is two nodes, and says which', () => {
    const { chance } = seeded(1);
    expect(selectNodes(['@random,@random,@random'], sample(), { chance })).toEqual(['n1', 'n2', 'n3']);
    expect(chance.drawn.map(({ by }) => by)).toEqual(['@random', '@random', '@random']);
    const [from, to] = expandSelectors('@random:@follower.random', sample(), seeded(8)).split(':');
    expect(from).not.toBe(to);
    expect(['n2', 'n3']).toContain(to);
  });

  test('of those a command is for', () => {
    const among = ({ state }: { readonly state: string }): boolean => state === 'killed';
    expect(selectNodes(['@random'], headless, { ...seeded(), among })).toEqual(['n1']);
    expect(errorOf(() => selectNodes(['@random'], sample(), { ...seeded(), among })).code).toBe(
      'selector-empty',
    );
  });
});

test('every selector has its line of help', () => {
  expect(selectorForms.map(([form]) => form)).toEqual(expect.arrayContaining([...selectorNames]));
});

function seeded(seed = 1): { readonly chance: Chance } {
  return { chance: createChance(seed) };
}

function errorOf(run: () => unknown): ReplabError {
  try {
    run();
  } catch (error) {
    if (error instanceof ReplabError) return error;
  }
  throw new Error('no ReplabError was thrown');
}
