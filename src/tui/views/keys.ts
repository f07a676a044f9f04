import type { NodeResult } from '../../client/diff-cluster.ts';
import type { KeyDiff } from '../../client/diff.ts';
import { count } from '../../commands/count.ts';
import { some } from '../../commands/verdict.ts';
import { compareText } from '../../lib/text.ts';
import type { NodeId } from '../../protocol/node-id.ts';
import { formatPosition } from '../../protocol/position.ts';
import { clip, safe, type Line, type Span } from '../line.ts';
import type { Scene } from '../scene.ts';
import { passes } from '../selection.ts';
import { tableLines, type Column } from '../table.ts';
import { body, scrolled, type View } from '../view.ts';

/** A key that differs somewhere: what the reference holds, and each node that holds something else. */
interface Row {
  readonly key: string;
  readonly reference: string | null;
  readonly nodes: ReadonlyMap<NodeId, KeyDiff>;
}

/** Cells of a value, at least. */
const leastCell = 8;
/** Lines about nodes above the keys: what differs most in kind is first. */
const mostStates = 4;

/** Which keys differ between nodes, and whether that goes away by itself. */
export const keys: View = (scene, { columns, rows }) => {
  const { diff, glyphs, state } = scene;
  if (diff.kind === 'none') return body([[['dim', 'reading what the nodes hold …']]]);
  if (diff.kind === 'failed') return body([[['bad', `the nodes could not be read: ${diff.reason}`]]]);
  const { reference, nodes } = diff.diff;
  if (reference === null) return body([[['bad', 'no node answers: nothing can be compared']]]);
  const head: Line[] = [
    [
      ['dim', 'compared with '],
      ['bold', reference.node],
      [
        'dim',
        `${reference.leads ? ', the leader' : ', whose log is longest (there is no leader)'}, at ${formatPosition(reference.at)}: ${count(reference.keys, 'key')}`,
      ],
    ],
    ...statesOf(nodes.filter(({ node }) => node !== reference.node)),
    [],
  ];
  const all = rowsOf(nodes).filter(({ key }) => passes(state.filter, key));
  if (all.length === 0) {
    const why =
      state.filter === ''
        ? 'no key differs between the nodes that answer'
        : 'no key that differs contains that';
    const line: Line = [['dim', why]];
    return body([...head, line].slice(0, rows));
  }
  const alike = alikeOf(nodes);
  const shown = alike.slice(0, Math.max(1, Math.floor((columns - 40) / (leastCell + 1)) - 1));
  const hidden = alike.slice(shown.length).flat();
  const table = tableLines(columnsFor(scene, shown, reference.node, columns), all, glyphs.more);
  if (hidden.length > 0) {
    head.splice(-1, 0, [
      ['caution', `no room for what ${some(hidden)} ${hidden.length === 1 ? 'holds' : 'hold'}`],
    ]);
  }
  const { lines, scrollMax, note } = scrolled(table.slice(1), rows - head.length - 1, state.scroll);
  return body([...head, table[0]!, ...lines].slice(0, rows), note, scrollMax);
};

function rowsOf(nodes: readonly NodeResult[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const node of nodes) {
    if (node.state === 'unknown') continue;
    for (const key of node.keys) {
      const before = rows.get(key.key)?.nodes ?? new Map<NodeId, KeyDiff>();
      rows.set(key.key, {
        key: key.key,
        reference: key.reference,
        nodes: new Map([...before, [node.node, key]]),
      });
    }
  }
  const isDiverged = ({ nodes: of }: Row): boolean =>
    [...of.values()].some(({ state }) => state === 'diverged');
  return [...rows.values()].toSorted(
    (a, b) => Number(isDiverged(b)) - Number(isDiverged(a)) || compareText(a.key, b.key),
  );
}

/** Nodes that differ from the reference, those that hold the same together. */
function alikeOf(nodes: readonly NodeResult[]): readonly (readonly NodeId[])[] {
  const alike = new Map<string, NodeId[]>();
  for (const node of nodes) {
    if (node.state === 'unknown' || node.keys.length === 0) continue;
    const held = JSON.stringify(node.keys.map(({ key, state, node: value }) => [key, state, value]));
    alike.set(held, [...(alike.get(held) ?? []), node.node]);
  }
  return [...alike.values()];
}

function columnsFor(
  { ascii, glyphs }: Scene,
  nodes: readonly (readonly NodeId[])[],
  reference: NodeId,
  width: number,
): readonly Column<Row>[] {
  const cells = nodes.length + 2;
  const each = Math.max(leastCell, Math.min(28, Math.floor((width - 30) / cells)));
  const value = (text: string | null): string =>
    text === null ? '(none)' : clip(safe(text === '' ? '""' : text, ascii), each, glyphs.more);
  return [
    {
      title: 'key',
      width: each + 6,
      cell: ({ key }): Span => ['bold', safe(key === '' ? '""' : key, ascii)],
    },
    { title: reference, width: each, cell: (row): Span => value(row.reference) },
    ...nodes.map((ids): Column<Row> => ({
      title: ids.length <= 2 ? ids.join(' ') : `${ids[0]!} +${ids.length - 1}`,
      width: each,
      cell: ({ nodes: of }): Span => {
        const differs = of.get(ids[0]!);
        if (differs === undefined) return ['dim', '='];
        return [differs.state === 'diverged' ? 'bad' : 'caution', value(differs.node)];
      },
    })),
    { title: 'why', cell: (row) => verdictOf(row) },
  ];
}

function verdictOf({ nodes }: Row): Span {
  const all = [...nodes.values()];
  if (all.some(({ state }) => state === 'diverged')) return ['bad', 'DIVERGED'];
  const changedAt = all.find((one) => one.changedAt !== null)?.changedAt;
  return ['caution', changedAt === undefined ? 'behind' : `behind ${changedAt}`];
}

/** What became of the comparison, the worst first: a line for all nodes of which the same is to be said. */
function statesOf(nodes: readonly NodeResult[]): readonly Line[] {
  const said = new Map<string, { readonly span: Exclude<Span, string>; readonly ids: NodeId[] }>();
  for (const node of nodes) {
    const span = stateOf(node);
    const before = said.get(span[1]);
    if (before === undefined) said.set(span[1], { span, ids: [node.node] });
    else before.ids.push(node.node);
  }
  const order = ['bad', 'caution', 'dim', 'good'];
  const all = [...said.values()].toSorted((a, b) => order.indexOf(a.span[0]) - order.indexOf(b.span[0]));
  const shown = all.length <= mostStates ? all : all.slice(0, mostStates - 1);
  const others = all.slice(shown.length).flatMap(({ ids }) => ids);
  return [
    ...shown.map(({ span, ids }): Line => [`${ids.join(' ')} `, span]),
    ...(others.length === 0 ? [] : [[`${some(others)} `, ['dim', 'differ in other ways'] as const]]),
  ];
}

function stateOf(node: NodeResult): Exclude<Span, string> {
  const { state } = node;
  if (state === 'unknown') return ['dim', `not known: ${node.reason}`];
  if (state === 'equal') return ['good', 'equal'];
  const what = node.forked
    ? `${state.toUpperCase()}, its log forked`
    : state === 'diverged'
      ? 'DIVERGED'
      : state;
  const differing = node.keys.length === 0 ? '' : ` (${count(node.keys.length, 'key')})`;
  return [state === 'diverged' ? 'bad' : 'caution', `${what} at ${formatPosition(node.at)}${differing}`];
}
