import { describe, expect, test } from 'vitest';
import { expandSelectors, selectNodes } from '../../src/client/selectors.ts';
import { conditions } from '../../src/client/wait-conditions.ts';
import { eachShard, ofShard, shardCount } from '../../src/cluster/shard-view.ts';
import type { Snapshot } from '../../src/cluster/snapshot.ts';
import { diffsJson, diffsText } from '../../src/commands/diff-text.ts';
import { statusText } from '../../src/commands/status-text.ts';
import { plain } from '../../src/commands/style.ts';
import { verdictOf } from '../../src/commands/verdict.ts';
import { createChance } from '../../src/lib/chance.ts';
import { leaderOf as leader, lagging as behind, sample, sharded, silent } from './sample.ts';

const chance = { chance: createChance(1) };
describe('a shard as a snapshot of its own', () => {
  test('has its leaders and replicas where the first shard’s would be', () => {
    const second = ofShard(sharded({ n3: behind }), 1);
    expect(second.leaders).toEqual([{ ...leader('n2', 1), shard: 0 }]);
    expect(second.nodes.map(({ role }) => role)).toEqual(['follower', 'leader', 'follower']);
    expect(second.nodes[2]).toMatchObject({ lag: { entries: 2 }, pid: 4003, replicas: [{ shard: 0 }] });
    expect(second.nodes[2]!.replicas).toHaveLength(1);
    expect(shardCount(second)).toBe(1);
  });

  test('of the only shard it is the snapshot itself', () => {
    expect(eachShard(sample())).toEqual([sample()]);
    expect(ofShard(sample(), 0)).toEqual(sample());
    expect(shardCount({ nodes: [] })).toBe(1);
  });
});

describe('selectors', () => {
  test.for([
    ['@leader', 'n1'],
    ['@leader:0', 'n1'],
    ['@leader:1', 'n2'],
    ['@followers:1', 'n1,n3'],
    ['@follower.1:1', 'n3'],
    ['@minority:1', 'n2'],
    ['@lagging:1', 'n3'],
  ])('%s is %s', ([selector, expected]) => {
    expect(selectNodes([selector!], sharded({ n3: behind }), chance).join()).toBe(expected);
  });

  test('in the grammar of faults, where a colon says from whom to whom', () => {
    const expand = (text: string): string => expandSelectors(text, sharded(), chance);
    expect(expand('@leader:1:n3')).toBe('n2:n3');
    expect(expand('n3:@leader:1')).toBe('n3:n2');
    expect(expand('@leader:@leader:1')).toBe('n1:n2');
    expect(expand('@leader:n3')).toBe('n1:n3');
    expect(expand('@leader:1/@followers:1')).toBe('n2/n1,n3');
  });

  test('a shard that there is not is named', () => {
    for (const snapshot of [sharded(), sample()]) {
      expect(() => selectNodes(['@leader:2'], snapshot, chance)).toThrow(
        expect.objectContaining({ code: 'no-such-shard' }),
      );
    }
  });
});

describe('wait', () => {
  const judge = (name: keyof typeof conditions, snapshot: Snapshot, nodes: readonly string[] = []) =>
    conditions[name].create(nodes)(snapshot);

  test('caught-up: in every shard, each measured by its leader', () => {
    expect(judge('caught-up', sharded())).toBeNull();
    expect(judge('caught-up', sharded({ n3: behind }))).toBe(
      'n3 is at 2@n2/18, the leader was at 2@n2/20 (shard 1)',
    );
    expect(judge('caught-up', ofShard(sharded({ n3: behind }), 0))).toBeNull();
    expect(judge('caught-up', sharded({}, [leader('n1', 0)]))).toBe(
      'there is no leader to catch up with (shard 1)',
    );
  });

  test('leader: every shard has one; one that is named leads any of them', () => {
    expect(judge('leader', sharded())).toBeNull();
    expect(judge('leader', sharded({}, [leader('n1', 0)]))).toBe('there is no leader (shard 1)');
    expect(judge('leader', sharded(), ['n2'])).toBeNull();
    expect(judge('leader', sharded(), ['n3'])).toBe('n1 and n2 leads');
    expect(judge('leader', ofShard(sharded(), 1), ['n1'])).toBe('n2 leads');
    expect(judge('no-leader', sharded({}, []))).toBeNull();
  });

  test('converged: twice in a row, in every shard at once', () => {
    const condition = conditions.converged.create();
    const digest = { kind: 'rows', at: '2@n2/20', value: '00000000002b' } as const;
    const moved = sharded({ n1: { digest }, n2: { digest }, n3: { digest } });
    expect(condition(sharded())).toContain('not yet twice');
    expect(condition(sharded({ n3: { digest } }))).toContain('(shard 1)');
    expect(condition(moved)).toBe('equal once, but not yet twice in a row (shard 1)');
    expect(condition(moved)).toBeNull();
  });
});

describe('for people', () => {
  test('status: a line for each replica; the verdict says which shard', () => {
    expect(`\n${statusText(sharded({ n3: behind }), plain)}\n`).toBe(`
t1: shard 1: n2 leads epoch 2@n2; n3 is 2 entries behind
single-leader · 3 nodes · 2 shards · sync 1 · up 5s · contents equal · event 12

NODE  SHARD  STATE    ROLE      EPOCH  RECEIVED  APPLIED  BEHIND            KEYS   PID
n1    0      running  leader    1@n1   1@n1/10   1@n1/10  -                    3  4001
n1    1      running  follower  2@n2   2@n2/20   2@n2/20  no                   3  4001
n2    0      running  follower  1@n1   1@n1/10   1@n1/10  no                   3  4002
n2    1      running  leader    2@n2   2@n2/20   2@n2/20  -                    3  4002
n3    0      running  follower  1@n1   1@n1/10   1@n1/10  no                   3  4003
n3    1      running  follower  2@n2   2@n2/18   2@n2/18  2 entries, 300ms     3  4003
`);
  });

  test('the verdict: who leads what, or the worst of the shards', () => {
    expect(verdictOf(sharded())).toEqual({
      level: 'good',
      text: 'n1 leads shard 0, n2 leads shard 1; every follower has all of it',
    });
    expect(verdictOf(sharded({}, [leader('n1', 0)]))).toEqual({
      level: 'bad',
      text: 'shard 1: no leader: nobody takes writes',
    });
    const dead = sharded();
    const nodes = dead.nodes.map((one) => {
      const replicas = one.replicas.map(({ shard }) => ({ shard, ...silent }));
      return one.id === 'n3' ? { ...one, ...silent, state: 'killed' as const, replicas } : one;
    });
    expect(verdictOf({ ...dead, nodes }).text).toBe(
      'shard 0: n1 leads epoch 1@n1; n3 is killed · shard 1: n2 leads epoch 2@n2; n3 is killed',
    );
  });

  test('diff: each shard by itself, and the worst of them', () => {
    const shards = [
      { reference: null, nodes: [{ node: 'n1', state: 'unknown', reason: 'it does not answer' }] },
      {
        reference: null,
        nodes: [
          {
            node: 'n1',
            state: 'equal',
            at: { epoch: { number: 1, disk: 1 }, index: 4 },
            size: 2,
            forked: false,
            keys: [],
          },
        ],
      },
    ] as const;
    expect(diffsJson(shards, 5)).toMatchObject({
      state: 'unknown',
      shards: [
        { shard: 0, state: 'unknown' },
        { shard: 1, state: 'equal' },
      ],
    });
    expect(diffsJson([shards[1]], 5)).toMatchObject({ state: 'equal', nodes: [{ node: 'n1' }] });
    expect(diffsText(shards, 5, plain)).toMatch(/^shard 0: unknown[^]*\nshard 1: equal/m);
    expect(diffsText([shards[1]], 5, plain)).not.toContain('shard');
  });
});
