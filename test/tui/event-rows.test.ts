import { describe, expect, test } from 'vitest';
import type { ClusterEvent } from '../../src/cluster/event.ts';
import { eventRows, rowText, type Lane } from '../../src/tui/event-rows.ts';
import { healthy, told } from './story.ts';

type Fields = ClusterEvent['fields'];

function log(...all: readonly (readonly [string | null, string, Fields?])[]): readonly ClusterEvent[] {
  return all.map(([node, name, fields = {}], i) => ({ seq: i + 1, tMs: i * 10, node, name, fields }));
}

/** What n1 is after these events. */
function laneAfter(...all: readonly (readonly [string, Fields?])[]): Lane | undefined {
  const events = log(...all.map(([name, fields]) => ['n1', name, fields ?? {}] as const), [null, 'ready']);
  return eventRows(events, '').at(-1)!.before.get('n1');
}

describe('lanes', () => {
  test.for([
    [undefined, []],
    [undefined, [['designated']]],
    ['up', [['started']]],
    ['up', [['suspected']]],
    ['leads', [['promoted']]],
    ['leads', [['promoted'], ['paused'], ['resumed']]],
    ['paused', [['promoted'], ['paused']]],
    ['up', [['promoted'], ['following']]],
    ['up', [['resumed']]],
    ['down', [['promoted'], ['stopped', { code: 0 }]]],
    ['up', [['started'], ['stopped', { reason: 'a gap', at: '1@n1/3' }]]],
  ] as const)('%s after %j', ([lane, events]) => {
    expect(laneAfter(...events)).toBe(lane);
  });

  test('a node of which nothing was told has none', () => {
    const model = told([healthy(3, 10, 1000)], { view: 'events' });
    const line = model.frame().find((text) => text.includes('promoted epoch=1@n1'));
    expect(line).toBe('   +0.30s  ★        promoted epoch=1@n1 at=1@n1/1');
  });
});

describe('entries that a cut log discards', () => {
  const discarded = (node: string, count: number, from = 3): readonly ClusterEvent[] =>
    log(
      ...Array.from(
        { length: count },
        (_, i) => [node, 'discarded', { at: `1@n1/${from + i}`, key: `k${i}` }] as const,
      ),
    );

  test('are one line, which says how many, where and of which keys', () => {
    const all = [...discarded('n1', 200), ...discarded('n2', 1), ...log(['n1', 'rewound', { entries: 200 }])];
    const rows = eventRows(all, '');
    expect(rows.map((row) => `${row.events[0].name} ${rowText(row, false)}`)).toEqual([
      'discarded 200 entries, 1@n1/3 to 1@n1/202: k0, k1, k2, k3, k4 and 195 more',
      'discarded at=1@n1/3 key=k0',
      'rewound entries=200',
    ]);
  });

  test('are found one by one', () => {
    const [row] = eventRows(discarded('n1', 200), 'k17');
    expect(rowText(row!, false)).toBe(
      '11 entries, 1@n1/20 to 1@n1/182: k17, k170, k171, k172, k173 and 6 more',
    );
  });

  test('do not move what is read further back', () => {
    const model = told([healthy(3, 10, 1000)], { view: 'events', size: { columns: 80, rows: 15 } });
    model.add(log(...Array.from({ length: 40 }, (_, i) => ['n2', `mark-${i}`] as const)));
    for (let i = 0; i < 5; i += 1) model.press('up');
    const before = model.frame().slice(3, -2);
    model.add(discarded('n1', 30));
    model.add(discarded('n1', 30, 33));
    expect(model.frame().slice(3, -2)).toEqual(before);
  });
});
