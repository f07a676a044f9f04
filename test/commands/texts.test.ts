import { describe, expect, test } from 'vitest';
import { count } from '../../src/commands/count.ts';
import { diffJson, diffText } from '../../src/commands/diff-text.ts';
import { entryLine } from '../../src/commands/entry-text.ts';
import { eventLine } from '../../src/commands/event-text.ts';
import { effectText, hitPayload, hitText } from '../../src/commands/fault-text.ts';
import { plain } from '../../src/commands/style.ts';
import { table } from '../../src/commands/table.ts';
import type { ClusterDiff } from '../../src/client/diff-cluster.ts';
import type { Body, Entry } from '../../src/protocol/entry.ts';
import { keyChange } from '../../src/protocol/rows.ts';

const position = (index: number) => ({ epoch: { number: 1, disk: 1 }, index });
const entry = (body: Body, over: Partial<Entry> = {}): Entry => ({
  at: position(3),
  chain: 1,
  body,
  ...over,
});
const rows = (...changes: ReturnType<typeof keyChange>[]): Body => ({ kind: 'rows', changes });

describe('an entry of the log, for people', () => {
  test.for([
    [entry(rows(keyChange('x', null, '1'))), '1@n1/3        x = "1"'],
    [entry(rows(keyChange('x', '1', '2'))), '1@n1/3        x = "2"  (was "1")'],
    [
      entry(rows(keyChange('x', '1', null), keyChange('y', '2', null))),
      '1@n1/3        del x  (was "1"), del y  (was "2")',
    ],
    [entry(rows(keyChange('x', null, 'a\n"b"'))), '1@n1/3        x = "a\\n\\"b\\""'],
    [entry({ kind: 'epochStart' }), '1@n1/3        epoch 1@n1 begins'],
    [
      entry({ kind: 'config', config: { sync: '1', ack: 'durable' } }),
      '1@n1/3        settings sync=1 ack=durable',
    ],
    [
      entry(rows(keyChange('x', null, '1')), { client: 'alice', seq: 7 }),
      '1@n1/3        x = "1"  by alice#7',
    ],
  ] as const)('%#', ([one, line]) => {
    expect(entryLine(one, plain)).toBe(line);
  });

  test('a long value is cut, and its length told', () => {
    expect(entryLine(entry(rows(keyChange('x', null, 'a'.repeat(100)))), plain)).toBe(
      `1@n1/3        x = "${'a'.repeat(60)}"… (100 characters)`,
    );
  });
});

test('an event', () => {
  const event = {
    seq: 12,
    tMs: 5432,
    node: 'n1',
    name: 'promoted',
    fields: { epoch: '1@n1', why: 'by hand', forced: false },
  };
  expect(eventLine(event, plain)).toBe(
    '#12      +5.43s  n1   promoted  epoch=1@n1  why="by hand"  forced=false',
  );
  expect(eventLine({ ...event, node: null, fields: {} }, plain)).toBe('#12      +5.43s  -    promoted');
});

test('P13: a fault that hit nothing, and one that hit no data, say so', () => {
  const none = { byClass: {}, payload: 0, bytes: 0, connections: 0, counts: {} };
  expect(hitText(none)).toBe('nothing yet');
  expect(hitPayload(none)).toBe(false);
  expect(hitPayload({ ...none, byClass: { heartbeat: 40 }, bytes: 900 })).toBe(false);
  const data = { ...none, byClass: { heartbeat: 40, append: 2 }, payload: 2 };
  expect(hitText(data)).toBe('42 frames (40 heartbeat, 2 append)');
  expect(hitPayload(data)).toBe(true);
  expect(effectText(none)).toBe('it hit nothing');
  expect(effectText({ ...none, byClass: { heartbeat: 40 }, bytes: 900 })).toBe(
    'it hit 40 frames (40 heartbeat), none with data',
  );
  expect(effectText({ ...data, counts: { lost: 2, duplicated: 0 } })).toBe(
    'it hit 42 frames (40 heartbeat, 2 append), 2 lost',
  );
  expect(effectText({ ...none, connections: 3, counts: { reset: 3 } })).toBe(
    'it hit 3 connections reset, none with data',
  );
});

test('what was hit once is told in the singular', () => {
  const none = { byClass: {}, payload: 0, bytes: 0, connections: 0, counts: {} };
  expect(hitText({ ...none, byClass: { append: 1 } })).toBe('1 frame (1 append)');
  expect(hitText({ ...none, bytes: 1 })).toBe('1 byte');
  expect(hitText({ ...none, counts: { requests: 1, delayed: 1, waitMs: 20 } })).toBe(
    '1 request, 1 delayed, 20ms wait',
  );
  expect(hitText({ ...none, counts: { kills: 1, lostCommits: 1 } })).toBe('1 kill, 1 lost commit');
  expect(hitText({ ...none, counts: { kills: 2, lostCommits: 3 } })).toBe('2 kills, 3 lost commits');
  expect(hitText({ ...none, counts: { reset: 1 } })).toBe('1 connection reset');
});

test.for([
  [1, 'entry', '1 entry'],
  [0, 'entry', '0 entries'],
  [2, 'key', '2 keys'],
  [3, 'process', '3 processes'],
] as const)('%i %s', ([number, noun, text]) => {
  expect(count(number, noun)).toBe(text);
});

test('a table: as wide as it must be, numbers flush right, no blanks at the end', () => {
  const text = table(
    ['A', 'N', 'LAST'],
    [
      ['x', '1', ''],
      [{ text: 'longer', paint: 'bold' }, '100', 'end'],
    ],
    plain,
    [1],
  );
  expect(text).toBe(['A         N  LAST', 'x         1', 'longer  100  end'].join('\n'));
});

describe('diff', () => {
  const result: ClusterDiff = {
    reference: { node: 'n1', at: position(5), keys: 2, leads: true },
    nodes: [
      { node: 'n1', at: position(5), size: 2, state: 'equal', forked: false, keys: [] },
      {
        node: 'n2',
        at: position(4),
        size: 1,
        state: 'behind',
        forked: false,
        keys: [
          { key: 'x', state: 'behind', reference: '2', node: '1', changedAt: '1@n1/5' },
          { key: 'y', state: 'behind', reference: '1', node: null, changedAt: '1@n1/5' },
        ],
      },
      { node: 'n3', state: 'unknown', reason: 'it is killed' },
    ],
  };

  test('for people: the verdict, the nodes, the keys', () => {
    expect(`\n${diffText(result, 1, plain)}\n`).toBe(`
unknown  compared with n1, the leader, at 1@n1/5, 2 keys

NODE  STATE    AT      KEYS  DIFFERENCES
n1    equal    1@n1/5     2  none
n2    behind   1@n1/4     1  2 keys
n3    unknown  ?          ?  it is killed

NODE  KEY         WHY     LEADER  NODE HAS  CHANGED AT
n2    x           behind  "2"     "1"       1@n1/5
n2    and 1 more
`);
  });

  test('in JSON: null for what is not known', () => {
    expect(diffJson(result, 1)).toMatchObject({
      state: 'unknown',
      reference: { node: 'n1', at: { index: 5, text: '1@n1/5' } },
      nodes: [
        { node: 'n1', state: 'equal', differing: 0 },
        { node: 'n2', state: 'behind', differing: 2, differences: [{ key: 'x' }] },
        { node: 'n3', state: 'unknown', reason: 'it is killed', at: null, keys: null, differing: null },
      ],
    });
  });

  test('a forked log is divergence, without a leader the longest log stands in', () => {
    const forked: ClusterDiff = {
      reference: { node: 'n2', at: position(5), keys: 1, leads: false },
      nodes: [{ node: 'n1', at: position(5), size: 1, state: 'diverged', forked: true, keys: [] }],
    };
    const text = diffText(forked, 20, plain);
    expect(text).toContain('diverged  compared with n2 (there is no leader) at 1@n1/5, 1 key');
    expect(text).toContain('0 keys; its log has entries the leader does not have');
  });
});
