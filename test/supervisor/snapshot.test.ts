import { describe, expect, test } from 'vitest';
import { snapshotSchema } from '../../src/cluster/snapshot-schema.ts';
import { buildSnapshot } from '../../src/supervisor/snapshot.ts';
import { ballot, observations, observed, statusOf } from './observed.ts';

const e1 = ballot(1, 'n1');
const e2 = ballot(2, 'n2');
const leader = statusOf([[e1, 9]], { role: 'leader', leader: 'n1' });
const follower = statusOf([[e1, 9]], { leader: 'n1' });
const unknownLag = { entries: null, bytes: null, receivedMs: null, appliedMs: null, forked: null };

describe('a snapshot', () => {
  test('of a healthy cluster', () => {
    const shot = buildSnapshot(
      observations([observed('n10', follower), observed('n1', leader), observed('n2', follower)]),
    );
    snapshotSchema.parse(shot);
    expect(shot.nodes.map(({ id }) => id)).toEqual(['n1', 'n2', 'n10']);
    expect(shot.leaders).toEqual([
      { id: 'n1', shard: 0, newest: true, epoch: { number: 1, node: 'n1', disk: 1, text: '1@n1' } },
    ]);
    expect(shot.divergence).toEqual({ state: 'equal' });
    expect(shot).toMatchObject({ seq: 4, tMs: 5000, events: 9, phase: 'ready' });
    expect(shot.nodes[1]).toMatchObject({
      role: 'follower',
      received: { number: 1, node: 'n1', index: 9, text: '1@n1/9' },
      digest: { at: '1@n1/9', value: '00000000002a' },
      seenMs: 10,
      busyMs: 0,
      dropped: 3,
      address: { client: '127.0.0.1:41001', direct: '127.0.0.1:41000' },
    });
  });

  test('repeats what its one shard says at the node', () => {
    const [node] = buildSnapshot(observations([observed('n1', leader)])).nodes;
    const { shard, ...replica } = node!.replicas[0]!;
    expect(shard).toBe(0);
    expect(node).toMatchObject(replica);
  });

  test('has the settings of the newest leader’s log, then of the furthest that answers, and never what `up` was given', () => {
    const old = statusOf([[e1, 9]], { role: 'leader', settings: { sync: 'none' } });
    const settings = { sync: 'all' };
    const shot = buildSnapshot(
      observations([observed('n1', old), observed('n2', statusOf([[e2, 3]], { role: 'leader', settings }))]),
    );
    expect(shot.options).toEqual({ sync: 'all', 'election-timeout': '1500ms' });
    const syncOf = (...nodes: Parameters<typeof observations>[0]) =>
      buildSnapshot(observations(nodes)).options['sync'];
    const further = statusOf([[e1, 10]], { settings });
    expect(syncOf(observed('n1', null), observed('n2', follower), observed('n3', further))).toBe('all');
    expect(syncOf(observed('n1', null), observed('n2', follower))).toBe('1');
    expect(syncOf(observed('n1', null))).toBeNull();
    expect(syncOf(observed('n1', statusOf([])))).toBeNull();
    expect(syncOf(observed('n1', statusOf([[e1, 1]], { settingsAt: 0 })))).toBeNull();
  });

  test('two leaders: the higher ballot is the newest and comes first', () => {
    const newer = statusOf(
      [
        [e1, 5],
        [e2, 6],
      ],
      { role: 'leader' },
    );
    const shot = buildSnapshot(observations([observed('n1', leader), observed('n2', newer)]));
    expect(shot.leaders.map(({ id, newest }) => [id, newest])).toEqual([
      ['n2', true],
      ['n1', false],
    ]);
    expect(shot.nodes[0]?.lag).toMatchObject({ entries: 1, forked: true });
  });
});

describe('what is not known is null, never 0', () => {
  test('a node that did not answer', () => {
    const silent = observed('n2', null, { state: 'paused', silentSince: 700, seenAt: 600 });
    const shot = buildSnapshot(observations([observed('n1', leader), silent]));
    snapshotSchema.parse(shot);
    expect(shot.nodes[1]).toMatchObject({
      state: 'paused',
      pid: 5000,
      role: null,
      received: null,
      lag: unknownLag,
      digest: null,
      memory: null,
      dropped: null,
      boot: null,
      seenMs: 400,
      busyMs: 300,
    });
    expect(shot.divergence).toEqual({ state: 'unknown' });
  });

  test('a node that never answered, and has no process', () => {
    const dead = observed('n2', null, { state: 'killed', pid: null, directPort: null, seenAt: null });
    const [, node] = buildSnapshot(observations([observed('n1', leader), dead])).nodes;
    expect(node).toMatchObject({
      pid: null,
      seenMs: null,
      busyMs: 0,
      address: { client: '127.0.0.1:41001', direct: null },
    });
  });

  test('lag without a leader that answers', () => {
    const shot = buildSnapshot(observations([observed('n1', null), observed('n2', follower)]));
    expect(shot.leaders).toEqual([]);
    expect(shot.nodes[1]?.lag).toEqual(unknownLag);
    expect(shot.nodes[1]?.received?.index).toBe(9);
  });
});

describe('P12: divergence and lag are never taken for each other', () => {
  const at = (index: number, value: number, chain = 7) => {
    const last = { epoch: e1, index };
    return statusOf([[e1, index]], { digest: { kind: 'rows', at: last, value }, chain });
  };
  const stateOf = (...statuses: readonly (ReturnType<typeof at> | null)[]) =>
    buildSnapshot(observations(statuses.map((status, i) => observed(`n${i + 1}`, status)))).divergence.state;

  test('same place, same contents: equal', () => expect(stateOf(at(9, 42), at(9, 42))).toBe('equal'));
  test('same place, other contents: diverged', () => expect(stateOf(at(9, 42), at(9, 43))).toBe('diverged'));
  test('another place, other contents: behind', () => expect(stateOf(at(9, 42), at(8, 43))).toBe('behind'));
  test('another place, same contents: behind', () => expect(stateOf(at(9, 42), at(8, 42))).toBe('behind'));
  test('entries the leader has not are a fork, not a lag', () => {
    const leads = statusOf(
      [
        [e1, 8],
        [e2, 9],
      ],
      { role: 'leader', epoch: e2 },
    );
    expect(stateOf(at(9, 42), leads)).toBe('forked');
    expect(stateOf(at(9, 42), leads, null)).toBe('forked');
    expect(stateOf(at(8, 42), leads)).toBe('behind');
    const noneLeads = statusOf(
      [
        [e1, 8],
        [e2, 9],
      ],
      { role: 'follower', epoch: e2 },
    );
    expect(stateOf(at(9, 42), noneLeads)).toBe('forked');
  });
  test('two followers diverged, the third is behind: diverged', () => {
    expect(stateOf(at(9, 1), at(8, 42), at(8, 43))).toBe('diverged');
  });
  test('someone does not answer: unknown, unless the others diverged', () => {
    expect(stateOf(at(9, 42), at(9, 42), null)).toBe('unknown');
    expect(stateOf(at(9, 42), at(9, 43), null)).toBe('diverged');
    expect(stateOf(null)).toBe('unknown');
  });
  test('a state that lags behind its log is compared where it is', () => {
    const applied = { epoch: e1, index: 8 };
    const slow = statusOf([[e1, 9]], { digest: { kind: 'rows', at: applied, value: 43 }, applied });
    expect(stateOf(slow, at(8, 42))).toBe('diverged');
    expect(stateOf(slow, at(8, 43), at(9, 42))).toBe('behind');
  });
});
