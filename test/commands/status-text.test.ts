import { describe, expect, test } from 'vitest';
import { statusText } from '../../src/commands/status-text.ts';
import { plain, type Style } from '../../src/commands/style.ts';
import { verdictOf } from '../../src/commands/verdict.ts';
import type { LeaderView, LinkView, NodeView, Snapshot } from '../../src/cluster/snapshot.ts';
import { at, node, sample, silent } from '../client/sample.ts';

const lag = node('n3').lag;
const withN3 = (over: Partial<NodeView>, rest: Partial<Snapshot> = {}): Snapshot =>
  sample({ nodes: [node('n1'), node('n2'), node('n3', over)], ...rest });

test('status of a cluster in regions: where each node stands, and how far apart they are', () => {
  const address = {
    client: null,
    direct: null,
    clientAt: { eu: '127.0.0.1:1', us: '127.0.0.1:2', ap: '127.0.0.1:3' },
  };
  const way = (from: string, to: string, latencyMs: number): LinkView => ({
    ...{ from, to, state: 'ok', latencyMs, delayMs: latencyMs, roundTripMs: 2 * latencyMs, faults: [] },
    ...{ held: { forward: 0, back: 0 }, connections: 0, bytes: 0, frames: 0 },
  });
  const apart = sample({
    nodes: [node('n1', { region: 'eu', address }), node('n2', { region: 'us', address })],
    // Nobody stands in ap: how far it is shows from there.
    links: [
      way('client@eu', 'n1', 0),
      way('client@eu', 'n2', 40),
      way('client@ap', 'n1', 119),
      way('client@ap', 'n2', 108),
    ],
  });
  const lines = statusText(apart, plain).split('\n');
  expect(lines[2]).toBe('there and back: eu-us 80ms, eu-ap 238ms, us-ap 216ms');
  expect(lines.slice(4).map((line) => line.slice(0, 30))).toEqual([
    'NODE  REGION  STATE    ROLE   ',
    'n1    eu      running  leader ',
    'n2    us      running  followe',
  ]);
});

test('status of a cluster with a follower that is cut off', () => {
  const cut = withN3(
    {
      received: at(6),
      applied: at(6),
      lag: { ...lag, entries: 4, receivedMs: 1200, appliedMs: 1200 },
      keys: 2,
    },
    {
      divergence: { state: 'behind' },
      faults: [
        {
          id: 'f1',
          kind: 'isolate',
          text: 'isolate n3',
          sinceMs: 3000,
          untilMs: null,
          hit: { byClass: { heartbeat: 40, append: 4 }, payload: 4, bytes: 900, connections: 2, counts: {} },
        },
      ],
    },
  );
  expect(`\n${statusText(cut, plain)}\n`).toBe(
    `
t1: n1 leads epoch 1@n1; cut into {n1 n2}, {n3}; n3 is 4 entries behind
single-leader · 3 nodes · sync 1 · up 5s · contents behind · event 12

NODE  STATE    ROLE      EPOCH  RECEIVED  APPLIED  BEHIND           KEYS   PID
n1    running  leader    1@n1   1@n1/10   1@n1/10  -                   3  4001
n2    running  follower  1@n1   1@n1/10   1@n1/10  no                  3  4002
n3    running  follower  1@n1   1@n1/6    1@n1/6   4 entries, 1.2s     2  4003

FAULT  WHAT        FOR   ENDS IN  HIT                                 OF THAT
f1     isolate n3  2.4s  -        44 frames (40 heartbeat, 4 append)  4 with data
`,
  );
});

test('what is not known is ?, never 0', () => {
  const text = statusText(withN3({ ...silent, state: 'killed', pid: null }), plain);
  expect(text).toContain('n3    killed   ?         ?      ?         ?        ?          ?     -');
  expect(statusText(sample({ options: { sync: null } }), plain)).toContain(' · sync ? · ');
});

test('a mark of colour does not move a column', () => {
  const marked: Style = {
    good: (t) => `<${t}>`,
    caution: (t) => `<${t}>`,
    bad: (t) => `<${t}>`,
    dim: (t) => t,
    bold: (t) => t,
  };
  const bare = statusText(sample(), marked).replaceAll(/[<>]/g, '');
  expect(bare).toBe(statusText(sample(), plain));
});

describe('the verdict', () => {
  const old: LeaderView = {
    id: 'n3',
    shard: 0,
    epoch: { number: 1, node: 'n3', disk: 3, text: '1@n3' },
    newest: false,
  };
  test.for([
    ['good', 'n1 leads epoch 1@n1, every follower has all of it', sample()],
    ['good', 'n1 leads epoch 1@n1, alone', sample({ nodes: [node('n1')] })],
    ['bad', 'no leader: nobody takes writes', sample({ leaders: [] })],
    [
      'bad',
      '2 leaders: n3 (1@n3) has not heard of n1 (1@n1)',
      sample({ leaders: [...sample().leaders, old] }),
    ],
    ['bad', 'diverged', sample({ divergence: { state: 'diverged' } })],
    ['caution', 'n1 leads epoch 1@n1; n3 is killed', withN3({ ...silent, state: 'killed' })],
    ['caution', 'n1 leads epoch 1@n1; n3 does not answer', withN3(silent)],
    ['caution', 'n1 leads epoch 1@n1; n3 is 1 entry behind', withN3({ lag: { ...lag, entries: 1 } })],
    ['caution', 'n1 leads epoch 1@n1; n3 stopped: needs snapshot', withN3({ stopped: 'needs snapshot' })],
    [
      'caution',
      'n1 leads epoch 1@n1; n3 has entries the leader does not have',
      withN3({ lag: { ...lag, forked: true } }),
    ],
    [
      'caution',
      'n1 leads epoch 1@n1; n3 is giving up what the leader does not have',
      withN3({ rewinding: true }),
    ],
    ['caution', 'starting', sample({ phase: 'starting' })],
  ] as const)('%s: %s', ([level, text, snapshot]) => {
    expect(verdictOf(snapshot)).toEqual({ level, text });
  });
});
