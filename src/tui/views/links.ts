import type { LinkView, NodeView, Snapshot } from '../../cluster/snapshot.ts';
import { isClientPlace, type Place } from '../../cluster/place.ts';
import type { NodeId } from '../../protocol/node-id.ts';
import { fit, widthOf, type Line, type Paint, type Span } from '../line.ts';
import { isSlow, shortBytes, shortDuration } from '../node-words.ts';
import type { Scene, Size } from '../scene.ts';
import { passes, windowAround } from '../selection.ts';
import { body, type View } from '../view.ts';
import { faultLines } from './faults.ts';
import { groupLine } from './groups.ts';
import { rule } from './rule.ts';

/** Who hears whom; the faults that are why; which nodes still form a group. */
export const links: View = (scene, { columns, rows }) => {
  const { glyphs, wires, snapshot } = scene;
  const faults = faultLines(scene, columns);
  const below: Line[] = [
    [],
    legend(scene),
    groupLine(scene),
    ...wires.oneWay
      .slice(0, 3)
      .map(([from, to]): Line => [['bad', `one way: ${to} hears nothing from ${from}`]]),
    ...(faults.length === 0
      ? [[['dim', 'no fault is in force'] as const]]
      : [rule('faults', columns, glyphs), ...faults]),
  ];
  const room = Math.max(3, rows - below.length);
  const matrix = matrixLines(scene, { columns, rows: room });
  const places = sendersOf(snapshot).length;
  const part = matrix.length <= places ? `${matrix.length - 1} of ${places} rows` : '';
  return body([...matrix, ...below].slice(0, rows), part);
};

/** A row each sender, a column each receiver; clients, wherever they stand, last: they only send. */
export function matrixLines(scene: Scene, { columns, rows }: Size): readonly Line[] {
  const { snapshot, state, glyphs } = scene;
  const to = snapshot.nodes;
  const from = sendersOf(snapshot);
  const names = Math.min(16, Math.max(7, ...from.map((place) => place.length + 1)));
  const cell = Math.min(12, Math.max(1, Math.floor((columns - 1 - names) / Math.max(1, to.length))));
  const chosen = from.filter((place) => state.view !== 'links' || passes(state.filter, place));
  const shown = windowAround(chosen, rows - 1, Math.max(0, chosen.indexOf(state.selected)));
  const byEnds = new Map(snapshot.links.map((link) => [`${link.from} ${link.to}`, link]));
  const head: Line = [
    ' '.repeat(1 + names),
    ...to.map(({ id }): Span => ['dim', cell < 3 ? fit(id.slice(-1), cell, '') : fit(id, cell, '')]),
  ];
  const line = (place: Place): Line => [
    place === state.selected ? ['bold', glyphs.selected] : ' ',
    ['bold', fit(place, names, glyphs.more)],
    ...to.map((node): Span => {
      const [paint, sign, ...words] = cellOf(scene, place, node, byEnds.get(`${place} ${node.id}`));
      // Whole or not at all: the beginning of a number is another number.
      const forms = [...words.map((word) => `${sign} ${word}`), ...words.map((word) => `${sign}${word}`)];
      return [paint, fit(forms.find((form) => widthOf(form) < cell) ?? sign, cell, '')];
    }),
  ];
  return [head, ...shown.items.map(line)];
}

/** Nodes, then clients wherever they stand. */
function sendersOf({ nodes, links: all }: Snapshot): readonly Place[] {
  return [...nodes.map(({ id }) => id), ...new Set(all.map(({ from }) => from).filter(isClientPlace))];
}

/** Paint, sign, and what else could be said, the best first. */
function cellOf(
  scene: Scene,
  from: Place,
  to: NodeView,
  link: LinkView | undefined,
): readonly [Paint, string, ...string[]] {
  const { snapshot, wires, glyphs } = scene;
  if (from === to.id) return ['dim', ' '];
  const isDown = (id: NodeId): boolean =>
    snapshot.nodes.some((node) => node.id === id && (node.state === 'killed' || node.state === 'stopped'));
  const by = wires.cutBy(from, to.id);
  if (by.length > 0) {
    const held = link?.held.forward ?? 0;
    const how = link?.state === 'reset' ? ['reset'] : held > 0 ? [shortBytes(held)] : [];
    return ['bad', glyphs.cut, ...how, by[0]!];
  }
  if (isDown(to.id) || (!isClientPlace(from) && isDown(from))) return ['dim', '-'];
  if (link === undefined || !isSlow(link, scene)) {
    const far = (link?.latencyMs ?? 0) > 0 ? [shortDuration(link!.latencyMs)] : [];
    return ['dim', glyphs.dot, ...far];
  }
  const late = link.delayMs > 0 ? [shortDuration(link.delayMs)] : [];
  return ['caution', glyphs.busy, ...late, link.faults[0] ?? ''];
}

function legend({ glyphs }: Scene): Line {
  return [
    ['dim', `row sends, column hears: ${glyphs.dot} passes  `],
    ['caution', `${glyphs.busy} slow`],
    ['dim', '  '],
    ['bad', `${glyphs.cut} held`],
    ['dim', ' (bytes, or fault)  - down'],
  ];
}
