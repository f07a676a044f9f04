import type { NodeView } from '../../cluster/snapshot.ts';
import { bucketMs } from '../history.ts';
import { beside, widthOfLine, type Line, type Span } from '../line.ts';
import { appliedOf, behindOf, lateOf, receivedOf, roleOf, shortBytes, wireOf } from '../node-words.ts';
import type { Scene, Size } from '../scene.ts';
import { visibleNodes, windowAround } from '../selection.ts';
import { peakOf, sparkline } from '../sparkline.ts';
import { tableLines, widthOfColumns, type Column } from '../table.ts';
import { body, type Body, type View } from '../view.ts';
import { eventLines } from './events.ts';
import { faultLines } from './faults.ts';
import { matrixLines } from './links.ts';
import { rule } from './rule.ts';

/** Every node in a row, then what the network does and what has happened, as far as there is room. */
export const overview: View = (scene, { columns, rows }) => {
  const { state } = scene;
  const nodes = visibleNodes(scene);
  const wanted = nodes.length + 1;
  // What is below needs five lines to say anything.
  const room = rows < 12 ? rows : Math.min(wanted, rows - 5);
  const selected = nodes.findIndex(({ id }) => id === state.selected);
  const shown = windowAround(nodes, room - 1, Math.max(0, selected));
  const { lines, buckets } = nodeTable(scene, nodes, shown.items, columns);
  const part = `${shown.from + 1} to ${shown.from + shown.items.length} of ${nodes.length}`;
  const below = rows - lines.length - 1;
  const rest = below < 3 ? [] : lowerHalf(scene, { columns, rows: below });
  const all = [...lines, ...(rest.length > 0 ? [[]] : []), ...rest];
  return { ...body(all, shown.items.length < nodes.length ? part : ''), buckets };
};

function nodeTable(
  scene: Scene,
  all: readonly NodeView[],
  shown: readonly NodeView[],
  width: number,
): Pick<Body, 'lines' | 'buckets'> {
  const { glyphs, history, state } = scene;
  const columns = columnsFor(scene, all, width);
  // The mark and two gaps.
  const left = width - widthOfColumns(columns, all, glyphs.more) - 3;
  const buckets = Math.min(120, left);
  const lags = (id: string): readonly (number | null)[] => (history.lag.get(id) ?? []).slice(-buckets);
  const peak = peakOf(all.map(({ id }) => lags(id)));
  const spark: Column<NodeView> = {
    title: sparkTitle(Math.round((buckets * bucketMs) / 1000), peak, buckets),
    width: buckets,
    cell: ({ id }): Span => {
      const text = sparkline(lags(id), peak, glyphs);
      return (lags(id).at(-1) ?? 0) > 0 ? ['caution', text] : ['dim', text];
    },
  };
  const mark: Column<NodeView> = {
    title: ' ',
    cell: ({ id }): Span => (id === state.selected ? ['bold', glyphs.selected] : ' '),
  };
  const isWide = left >= 10;
  const lines = tableLines([mark, ...columns, ...(isWide ? [spark] : [])], shown, glyphs.more);
  return { lines, buckets: isWide ? buckets : 0 };
}

/** Numbers of shards; views show the first. */
function shardsLedBy({ id }: NodeView, { snapshot, others }: Scene): Span {
  const led = [snapshot, ...others].flatMap(({ leaders }, shard) =>
    leaders.some((leader) => leader.id === id && leader.newest) ? [shard] : [],
  );
  return led.length === 0 ? ['dim', '-'] : led.join(',');
}

/** As much as fits above it. */
function sparkTitle(seconds: number, peak: number, width: number): string {
  const forms = [
    `lag, last ${seconds}s, peak ${peak} behind`,
    `lag ${seconds}s, peak ${peak}`,
    `lag ${seconds}s`,
  ];
  return forms.find((form) => form.length <= width) ?? 'lag';
}

/** All that fit; what is last in the list goes first. A sparkline of ten is worth more than the last four. */
function columnsFor(scene: Scene, nodes: readonly NodeView[], width: number): readonly Column<NodeView>[] {
  const text = (value: number | null): Span => (value === null ? ['dim', '?'] : String(value));
  const always: Column<NodeView>[] = [
    { title: 'node', cell: ({ id }): Span => ['bold', id] },
    { title: 'role', width: 13, cell: (node) => roleOf(node, scene) },
    { title: 'epoch', cell: ({ epoch }): Span => epoch?.text ?? ['dim', '?'] },
    { title: 'received', right: true, cell: (node) => receivedOf(node, scene) },
    { title: 'behind', right: true, cell: (node) => behindOf(node, scene.snapshot.nodes) },
    { title: 'for', right: true, width: 5, cell: lateOf },
  ];
  const { others } = scene;
  const isPlaced = nodes.some(({ region }) => region !== null);
  const more: Column<NodeView>[] = [
    ...(others.length > 0
      ? [{ title: 'leads', cell: (node: NodeView): Span => shardsLedBy(node, scene) }]
      : []),
    ...(isPlaced ? [{ title: 'region', cell: ({ region }: NodeView): Span => region ?? ['dim', '-'] }] : []),
    { title: 'wire', cell: (node) => wireOf(node, scene) },
    { title: 'applied', right: true, cell: appliedOf },
    { title: 'keys', right: true, cell: ({ keys }) => text(keys) },
    {
      title: 'waiting',
      right: true,
      cell: ({ pending, role }): Span => (role === 'leader' ? text(pending) : ['dim', '-']),
    },
    {
      title: 'memory',
      right: true,
      cell: ({ memory }): Span =>
        memory === null ? ['dim', '?'] : ['dim', shortBytes(Math.round(memory / 1e7) * 1e7)],
    },
    {
      title: 'pid',
      right: true,
      cell: ({ pid }): Span => (pid === null ? ['dim', '-'] : ['dim', String(pid)]),
    },
  ];
  const chosen = [...always];
  for (const column of more) {
    const needs = widthOfColumns([...chosen, column], nodes, '') + 14;
    if (needs <= width) chosen.push(column);
  }
  return chosen;
}

/** Links and faults beside events on a wide screen; on a narrow one faults above events. */
function lowerHalf(scene: Scene, { columns, rows }: Size): readonly Line[] {
  const { snapshot, glyphs } = scene;
  const few = snapshot.nodes.length <= 12 && rows > snapshot.nodes.length + 4;
  if (columns >= 100 && few) {
    const matrix = matrixLines(scene, { columns: 48, rows });
    const width = Math.min(Math.max(...matrix.map((line) => widthOfLine(line)), 34), 48);
    const faults = faultLines(scene, width).slice(0, rows - matrix.length - 2);
    const left = [
      rule('links: row sends, column hears', width, glyphs),
      ...matrix,
      ...(faults.length > 0 ? [[], ...faults] : []),
    ];
    const right = columns - width - 2;
    const events = eventLines(scene, { columns: right, rows: rows - 1 }, 0);
    return beside(left.slice(0, rows), width, [rule('events', right, glyphs), ...events.lines], glyphs.more);
  }
  const faults = faultLines(scene, columns).slice(0, Math.max(1, Math.min(3, rows - 4)));
  const above = faults.length === 0 ? [] : [...faults];
  const events = eventLines(scene, { columns, rows: rows - above.length - 1 }, 0);
  return [...above, rule('events', columns, glyphs), ...events.lines];
}
