import type { NodeView } from '../../cluster/snapshot.ts';
import { Canvas, centred } from '../canvas.ts';
import { beside, type Line, type Paint, type Span } from '../line.ts';
import { behindOf, signOf } from '../node-words.ts';
import type { Scene, Size } from '../scene.ts';
import { body, type View } from '../view.ts';
import { faultLines } from './faults.ts';
import { groupLine } from './groups.ts';

/** More nodes than this are listed in their groups: circles of labels run into each other. */
const mostDrawn = 16;
/** Groups that stand beside each other. */
const mostParts = 3;
/** All pairs of more nodes than this are a blot: only the leader's, and what is cut, are drawn. */
const mostMeshed = 6;

/** Nodes in a circle, what passes between them dotted, what is cut crossed; many that are cut in parts, in parts. */
export const map: View = (scene, { columns, rows }) => {
  const { snapshot } = scene;
  const faults = faultLines(scene, columns).slice(0, 4);
  const below: Line[] = [[], groupLine(scene), ...faults];
  const room = rows - below.length;
  if (snapshot.nodes.length > mostDrawn || room < 7)
    return body([...listed(scene, columns), ...below].slice(0, rows));
  const { groups } = scene.wires;
  const isInParts = snapshot.nodes.length > mostMeshed && groups.length > 1 && groups.length <= mostParts;
  const draw = isInParts ? inParts : whole;
  return body([...draw(scene, { columns, rows: room }), ...below]);
};

function whole(scene: Scene, size: Size): readonly Line[] {
  return drawn(scene, scene.snapshot.nodes, size);
}

/** All that is cut between two groups is one wall: each of its links drawn for itself is a blot. */
function inParts(scene: Scene, { columns, rows }: Size): readonly Line[] {
  const { wires, glyphs, snapshot } = scene;
  const wall: Span = ['bad', ` ${glyphs.cut}`];
  const least = 18;
  const room = columns - 6 * (wires.groups.length - 1) - least * wires.groups.length;
  let all: readonly Line[] = [];
  let used = 0;
  for (const [i, group] of wires.groups.entries()) {
    const width = least + Math.max(0, Math.floor((room * group.length) / snapshot.nodes.length));
    const nodes = snapshot.nodes.filter(({ id }) => group.includes(id));
    const part = drawn(scene, nodes, { columns: width, rows });
    all =
      i === 0
        ? part
        : beside(
            all,
            used,
            part.map((line): Line => [wall, '  ', ...line]),
            glyphs.more,
          );
    used += i === 0 ? width : width + 6;
  }
  return all;
}

function drawn(scene: Scene, nodes: readonly NodeView[], { columns, rows }: Size): readonly Line[] {
  const {
    snapshot: { leaders },
    glyphs,
  } = scene;
  const canvas = new Canvas(columns, rows);
  const labels = nodes.map((node) => labelOf(node, scene));
  const widest = Math.max(...labels.map(({ text }) => text.length));
  // A cell is twice as high as it is wide.
  const high = Math.floor((rows - 1) / 2);
  const wide = Math.max(0, Math.min(Math.floor((columns - widest) / 2), high * 4));
  const [cx, cy] = [Math.floor(columns / 2), Math.floor(rows / 2)];
  const places = nodes.map((_, i): readonly [number, number] => {
    if (nodes.length === 1) return [cx, cy];
    const angle = (2 * Math.PI * i) / nodes.length - Math.PI / 2;
    return [Math.round(cx + wide * Math.cos(angle)), Math.round(cy + high * Math.sin(angle))];
  });
  const leader = leaders.find(({ newest }) => newest)?.id;
  for (const kind of ['passes', 'cut'] as const) {
    for (const [i, a] of nodes.entries()) {
      for (const [j, b] of nodes.entries()) {
        if (j <= i || wireBetween(a, b, scene) !== kind) continue;
        const isMain = nodes.length <= mostMeshed || a.id === leader || b.id === leader;
        if (kind === 'passes' && isMain) canvas.line(places[i]!, places[j]!, glyphs.dot, 'dim', 2);
        if (kind === 'cut') canvas.line(places[i]!, places[j]!, glyphs.cut, 'bad', 4);
      }
    }
  }
  for (const [i, { text, paint }] of labels.entries()) {
    const [x, y] = places[i]!;
    canvas.text(centred(x, text, columns), y, text, paint);
  }
  return canvas.lines();
}

/** `down`: nothing is drawn; a one-way cut is a cut. */
function wireBetween(a: NodeView, b: NodeView, { wires }: Scene): 'passes' | 'cut' | 'down' {
  if (wires.cutBy(a.id, b.id).length + wires.cutBy(b.id, a.id).length > 0) return 'cut';
  const isDown = ({ state }: NodeView): boolean => state === 'killed' || state === 'stopped';
  return isDown(a) || isDown(b) ? 'down' : 'passes';
}

function labelOf(node: NodeView, scene: Scene): { readonly text: string; readonly paint: Paint | null } {
  const sign = signOf(node, scene);
  const behind = behindOf(node, scene.snapshot.nodes);
  const word = typeof behind === 'string' ? behind : behind[1];
  const late =
    (node.lag.entries ?? 0) > 0 && node.lag.forked !== true
      ? ` -${word}`
      : node.lag.forked === true
        ? ' forked'
        : '';
  const isSelected = node.id === scene.state.selected;
  const mark = isSelected ? scene.glyphs.selected : '';
  const text = `${mark}[${typeof sign === 'string' ? sign : sign[1]} ${node.id}${late}]`;
  return { text, paint: isSelected ? 'bold' : typeof sign === 'string' ? null : sign[0] };
}

function listed(scene: Scene, columns: number): readonly Line[] {
  const { wires, snapshot } = scene;
  return wires.groups.flatMap((group, i): Line[] => {
    const nodes = snapshot.nodes.filter(({ id }) => group.includes(id));
    const labels = nodes.map((node) => labelOf(node, scene));
    const cell = Math.max(...labels.map(({ text }) => text.length)) + 1;
    const perLine = Math.max(1, Math.floor(columns / cell));
    const lines: Line[] = [];
    for (let at = 0; at < labels.length; at += perLine) {
      lines.push(
        labels.slice(at, at + perLine).map(({ text, paint }): Span => {
          const padded = text.padEnd(cell);
          return paint === null ? padded : [paint, padded];
        }),
      );
    }
    return [...(i === 0 ? [] : [[]]), ...lines];
  });
}
