import { describe, expect, test } from 'vitest';
import { conditions, waitFor } from '../../src/client/wait-conditions.ts';
import type { NodeView, Snapshot } from '../../src/cluster/snapshot.ts';
import { at, node, sample, silent } from './sample.ts';

const lagging = (index: number, over: Partial<NodeView> = {}): NodeView =>
  node('n3', {
    applied: at(index),
    received: at(index),
    lag: { ...node('n3').lag, entries: 10 - index },
    ...over,
  });
const withN3 = (n3: NodeView, over: Partial<Snapshot> = {}): Snapshot =>
  sample({ nodes: [node('n1'), node('n2'), n3], ...over });
const leaderAt = (index: number): NodeView => node('n1', { received: at(index), applied: at(index) });

describe('caught-up', () => {
  const judge = (snapshot: Snapshot, nodes: readonly string[] = []): string | null =>
    conditions['caught-up'].create(nodes)(snapshot);

  test('every node has what the leader has', () => {
    expect(judge(sample())).toBeNull();
    expect(judge(withN3(lagging(9)))).toBe('n3 is at 1@n1/9, the leader was at 1@n1/10');
  });

  test('only the nodes that are named', () => {
    expect(judge(withN3(lagging(9)), ['n2'])).toBeNull();
    expect(judge(withN3(lagging(9)), ['n2', 'n3'])).not.toBeNull();
  });

  test('a node that is down is not waited for, unless it is named; one that is silent is', () => {
    const dead = node('n3', { ...silent, state: 'killed' });
    expect(judge(withN3(dead))).toBeNull();
    expect(judge(withN3(dead), ['n3'])).toBe('n3 is killed');
    expect(judge(withN3(node('n3', { ...silent, state: 'paused' })))).toBe('n3 is paused');
    expect(judge(withN3(node('n3', { ...silent })))).toBe('n3 does not answer');
  });

  test('P4: a forked log is not caught up, however long it is', () => {
    expect(judge(withN3(lagging(12, { lag: { ...node('n3').lag, forked: true } })))).toBe(
      'n3 has entries the leader does not have',
    );
  });

  test('without a leader there is nothing to catch up with', () => {
    expect(judge(sample({ leaders: [] }))).toBe('there is no leader to catch up with');
  });

  test('the mark is where the leader was at first: writes that go on do not keep it from ending', () => {
    const condition = conditions['caught-up'].create([]);
    expect(condition(withN3(lagging(9)))).not.toBeNull();
    const later = sample({
      nodes: [leaderAt(500), node('n2', { applied: at(499), received: at(499) }), lagging(10)],
    });
    expect(condition(later)).toBeNull();
  });

  test('a new leader sets a new mark', () => {
    const condition = conditions['caught-up'].create([]);
    expect(condition(withN3(lagging(9)))).not.toBeNull();
    const epoch = { number: 2, node: 'n2', disk: 2, text: '2@n2' };
    const moved = sample({
      leaders: [{ id: 'n2', shard: 0, epoch, newest: true }],
      nodes: [node('n1'), node('n2', { received: at(12, 2, 'n2'), applied: at(12, 2, 'n2') }), lagging(10)],
    });
    expect(condition(moved)).toBe('n1 is at 1@n1/10, the leader was at 2@n2/12');
  });
});

describe('leader, no-leader, running', () => {
  test('leader', () => {
    expect(conditions.leader.create([])(sample())).toBeNull();
    expect(conditions.leader.create(['n2'])(sample())).toBe('n1 leads');
    expect(conditions.leader.create([])(sample({ leaders: [] }))).toBe('there is no leader');
  });

  test('no-leader', () => {
    expect(conditions['no-leader'].create()(sample({ leaders: [] }))).toBeNull();
    expect(conditions['no-leader'].create()(sample())).toBe('n1 leads');
  });

  test('running means that it answers', () => {
    expect(conditions.running.create([])(sample())).toBeNull();
    expect(conditions.running.create([])(withN3(node('n3', { ...silent, state: 'stopped' })))).toBe(
      'n3 is stopped',
    );
    expect(conditions.running.create([])(withN3(node('n3', silent)))).toBe('n3 does not answer');
    expect(conditions.running.create(['n2'])(withN3(node('n3', silent)))).toBeNull();
  });
});

describe('converged (P13)', () => {
  test('takes two equal rounds in a row', () => {
    const condition = conditions.converged.create();
    expect(condition(sample())).toBe('equal once, but not yet twice in a row');
    expect(condition(sample())).toBeNull();
  });

  test('a round that moved on begins anew', () => {
    const condition = conditions.converged.create();
    const digest = { kind: 'rows', at: '1@n1/11', value: '00000000002b' } as const;
    condition(sample());
    const moved = sample({ nodes: [node('n1', { digest }), node('n2', { digest }), node('n3', { digest })] });
    expect(condition(moved)).not.toBeNull();
    expect(condition(moved)).toBeNull();
  });

  test('another position is behind, another digest at the same one is divergence, bytes held back are neither', () => {
    const condition = conditions.converged.create();
    const digest = { kind: 'rows', at: '1@n1/9', value: '1' } as const;
    expect(condition(withN3(node('n3', { digest })))).toBe('n3 is at 1@n1/9, n1 at 1@n1/10');
    expect(condition(withN3(node('n3', { digest: { ...digest, at: '1@n1/10' } })))).toBe(
      'n3 differs from n1 at 1@n1/10: diverged',
    );
    const link = {
      from: 'n1',
      to: 'n3',
      state: 'held',
      latencyMs: 0,
      delayMs: 0,
      roundTripMs: 0,
      faults: ['f1'],
      held: { forward: 7, back: 0 },
      connections: 1,
      bytes: 9,
      frames: 1,
    } as const;
    expect(condition(sample({ links: [link] }))).toBe('7 bytes from n1 to n3 are held back');
    expect(condition(withN3(node('n3', { ...silent, state: 'killed' }), { links: [link] }))).not.toMatch(
      /held/,
    );
  });
});

describe('waitFor', () => {
  test('looks once when no time is given, and says what was missing', async () => {
    const waited = await waitFor(
      () => Promise.resolve(sample()),
      () => 'this',
      0,
    );
    expect(waited).toMatchObject({ missing: 'this', rounds: 1 });
  });

  test('looks again until it holds', async () => {
    let rounds = 0;
    const waited = await waitFor(
      () => Promise.resolve(sample()),
      () => ((rounds += 1) === 3 ? null : 'not yet'),
      5000,
    );
    expect(waited).toMatchObject({ missing: null, rounds: 3 });
  });
});
