import type { ClusterEvent } from '../../cluster/event.ts';
import { faultKinds } from '../../faults/faults.ts';
import { isNodeId } from '../../protocol/node-id.ts';
import { eventRows, rowText } from '../event-rows.ts';
import type { Line, Span } from '../line.ts';
import { sinceUp } from '../node-words.ts';
import type { Scene, Size } from '../scene.ts';
import { body, type Body, type View } from '../view.ts';

/** What happened, newest last, a lane for each node: blank as long as nothing tells what the node was. */
export const events: View = (scene, size) => eventLines(scene, size, scene.state.scroll);

const mostLanes = 16;

/** The newest that fit, or those `scroll` lines before them. */
export function eventLines(scene: Scene, { columns, rows }: Size, scroll: number): Body {
  const { glyphs, state, snapshot } = scene;
  const ids = snapshot.nodes.map(({ id }) => id);
  const lanes = ids.length <= mostLanes && columns >= 44 + ids.length * 3;
  const filter = state.view === 'events' ? state.filter : '';
  const found = eventRows(scene.events, filter);
  if (found.length === 0)
    return body([[['dim', scene.events.length === 0 ? 'nothing yet' : 'no event contains that']]]);
  const listed = lanes ? rows - 1 : rows;
  const scrollMax = Math.max(0, found.length - listed);
  const skipped = Math.min(scroll, scrollMax);
  const end = found.length - skipped;
  const from = Math.max(0, end - listed);
  const head: Line = [
    ['dim', ' '.repeat(11)],
    ...ids.map((id): Span => [id === state.selected ? 'bold' : 'dim', id.padEnd(3)]),
  ];
  const note =
    scrollMax === 0 ? '' : `${from + 1} to ${end} of ${found.length}${skipped === 0 ? ', newest' : ''}`;
  const lines = found.slice(from, end).map((row): Line => {
    const {
      events: [event],
      before,
    } = row;
    const [paint, sign] = signOf(event, scene);
    const mine = ids.map((id): Span => {
      if (event.node === id || touches(event, id)) return [paint, `${sign}  `];
      const lane = before.get(id);
      if (lane === undefined) return '   ';
      if (lane === 'leads') return ['good', `${glyphs.laneLeads}  `];
      return ['dim', `${lane === 'up' ? glyphs.lane : glyphs.laneDown}  `];
    });
    return [
      ['dim', `${sinceUp(event.tMs).padStart(9)}  `],
      ...(lanes ? mine : [['bold', (event.node ?? '-').padEnd(4)] as const]),
      [paint, event.name],
      ' ',
      ['dim', rowText(row, scene.ascii)],
    ];
  });
  return body([...(lanes ? [head] : []), ...lines], note, scrollMax);
}

/** A fault is an event of the cluster; its text says whom it is about. */
function touches({ node, fields }: ClusterEvent, id: string): boolean {
  const { text } = fields;
  return node === null && typeof text === 'string' && isNamedIn(text.split('/')[0]!, id);
}

/** In what a fault was given: `n1:n2 --delay 5ms`. */
export function isNamedIn(faultText: string, id: string): boolean {
  return faultText
    .split(/[,:/\s]/)
    .slice(1)
    .some((word) => isNodeId(word) && word === id);
}

function signOf({ name }: ClusterEvent, { glyphs }: Scene): Exclude<Span, string> {
  if (name === 'promoted' || name === 'ready') return ['good', glyphs.leader];
  if (name === 'killed' || name === 'stopped' || name === 'exited') return ['bad', glyphs.down];
  if ([...Object.keys(faultKinds), 'discarded', 'stepped-down'].includes(name)) return ['bad', glyphs.cut];
  if (name === 'suspected') return ['caution', glyphs.unknown];
  if (name === 'paused') return ['caution', glyphs.paused];
  if (name === 'started' || name === 'resumed' || name === 'healed') return ['good', glyphs.event];
  return ['bold', glyphs.event];
}
