import { viewNames } from '../commands/watch.ts';
import { count } from '../commands/count.ts';
import { headline } from './headline.ts';
import { writesPerSecond } from './history.ts';
import { keys, lastKeys, type Key } from './keys.ts';
import {
  clipLine,
  clipStart,
  justify,
  safe,
  widthOf,
  widthOfLine,
  wrapLine,
  type Line,
  type Span,
} from './line.ts';
import { behindOf, furthestOf, receivedOf, roleOf } from './node-words.ts';
import type { Scene, Size } from './scene.ts';
import { visibleNodes, windowAround } from './selection.ts';
import { body, type View } from './view.ts';
import type { Said } from './view-state.ts';
import { help, keyLabel } from './views/help.ts';
import { nodePage } from './views/node.ts';
import { views } from './views/views.ts';

export interface Frame {
  readonly lines: readonly Line[];
  readonly scrollMax: number;
  /** As `Body` has it. */
  readonly buckets: number;
}

/** Below this a table is no use: a line for each node. */
const least: Size = { columns: 60, rows: 15 };

export function isSmall({ columns, rows }: Size): boolean {
  return columns < least.columns || rows < least.rows;
}

/** The whole screen: never more lines than it has rows, none longer than it is wide. */
export function frameOf(scene: Scene, size: Size): Frame {
  const { columns, rows } = size;
  const { small } = scene;
  const top = small ? [headline(scene)] : [headline(scene), about(scene, columns)];
  const bottom = small ? [smallFoot(scene, columns)] : [...saidLines(scene, columns), footer(scene, columns)];
  const room: Size = { columns, rows: rows - top.length - bottom.length - (small ? 0 : 1) };
  const { lines, scrollMax, note, buckets } = room.rows > 0 ? viewOf(scene)(scene, room) : body([]);
  const tabs = small ? [] : [tabLine(scene, columns, note)];
  const filler = Array.from({ length: Math.max(0, room.rows - lines.length) }, (): Line => []);
  const all = [...top, ...tabs, ...lines.slice(0, Math.max(0, room.rows)), ...filler, ...bottom];
  return {
    lines: all
      .slice(0, rows)
      .map((line, i) =>
        i === 0 ? banner(line, columns, scene) : clipLine(line, columns, scene.glyphs.more),
      ),
    scrollMax,
    buckets,
  };
}

function viewOf({ state, small }: Scene): View {
  if (state.input.kind === 'help') return help;
  if (state.zoomed) return nodePage;
  return small ? nodeLines : views[state.view];
}

/** The headline's paint goes all the way across. */
function banner(line: Line, columns: number, { glyphs }: Scene): Line {
  const [span] = clipLine(line, columns, glyphs.more);
  if (span === undefined || typeof span === 'string' || span[0] !== 'alarm')
    return span === undefined ? [] : [span];
  return [[span[0], span[1] + ' '.repeat(Math.max(0, columns - widthOfLine([span])))]];
}

function about(scene: Scene, columns: number): Line {
  const { snapshot, nowMs, history, glyphs } = scene;
  const sync = snapshot.options['sync'];
  const writes = writesPerSecond(history, nowMs);
  const facts = [
    count(snapshot.nodes.length, 'node'),
    ...(scene.others.length === 0 ? [] : [`shard 0 of ${scene.others.length + 1}`]),
    ...(sync === undefined ? [] : [`sync ${sync ?? '?'}`]),
    `${Math.round(writes)} writes/s`,
    `contents ${snapshot.divergence.state}`,
    snapshot.mode,
  ];
  const left: Line = [' ', ['bold', snapshot.cluster], ['dim', `  ${facts.join(` ${glyphs.dot} `)}`]];
  return justify(left, [['dim', `event ${snapshot.events} `]], columns, glyphs.more);
}

function tabLine({ state, glyphs }: Scene, columns: number, note: string): Line {
  const isView = state.input.kind !== 'help' && !state.zoomed;
  const tabs = viewNames.flatMap((name, i): Span[] => {
    const isThis = isView && name === state.view;
    return isThis ? [['bold', `[${i + 1} ${name}]`], ' '] : [['dim', ` ${i + 1} ${name} `], ' '];
  });
  const title: Line = isView
    ? tabs
    : [
        ['bold', state.input.kind === 'help' ? ' keys of this screen' : ` ${state.selected}`],
        ['dim', '   Esc goes back'],
      ];
  // Where nodes are not listed, keys act on one all the same.
  const isListed = state.zoomed || state.view === 'overview' || state.view === 'links';
  const right: Span[] = [
    ...(isView && !isListed ? [['bold', `${glyphs.selected}${state.selected}`] as const, '  '] : []),
    ...(state.filter === '' ? [] : [['caution', `/${state.filter}`] as const, '  ']),
    ['dim', note],
    ...(state.paused ? ['  ', ['alarm', ' HELD: Space goes on '] as const] : []),
    ' ',
  ];
  return justify(title, right, columns, glyphs.more);
}

/** What is typed or asked, else what was done last: however long. */
function saidLine(scene: Scene, columns: number): Line {
  const { state, ascii, glyphs } = scene;
  const { input, said } = state;
  const typing = (prompt: string, text: string): Line => {
    const room = columns - widthOf(prompt) - 1;
    return [['bold', prompt], clipStart(safe(text, ascii), room, glyphs.more), ascii ? '_' : '█'];
  };
  switch (input.kind) {
    case 'command':
      return typing(' : replab ', input.text);
    case 'filter':
      return typing(' / ', state.filter);
    case 'ask':
      return justify([['alarm', ` ${safe(input.question, ascii)} `]], ['y / n '], columns, glyphs.more);
    case 'help':
    case 'keys':
      return said === null ? [] : saidSpans(said, ascii);
  }
}

const mostSaid = 3;

/** What a command said is read to its end, as far as three lines go; what is to be done next is never cut off. */
function saidLines(scene: Scene, columns: number): readonly Line[] {
  const { state, glyphs } = scene;
  const said = saidLine(scene, columns);
  if (state.input.kind !== 'keys' && state.input.kind !== 'help') return [said];
  const advice = adviceOf(scene);
  const whole: Line = [...said, ...advice];
  if (widthOfLine(whole) <= columns) return [whole];
  return [...wrapLine(said, columns, mostSaid, glyphs.more), ...(advice.length === 0 ? [] : [advice])];
}

function saidSpans({ command, level, text }: Said, ascii: boolean): Line {
  const typed: Line = command === null ? [' '] : [['bold', ` $ ${safe(command, ascii)}`], '  '];
  return [...typed, [level, safe(text, ascii)], '  '];
}

/** What ends the worst that can be ended by a key. */
function adviceOf({ snapshot, state }: Scene): Line {
  const [best] = furthestOf(snapshot.nodes);
  if (snapshot.phase !== 'ready' || snapshot.leaders.length > 0 || best === undefined) return [];
  const key = best.id === state.selected ? 'm' : `m on ${best.id}`;
  return [['caution', ` next: replab promote ${best.id} (${key})`]];
}

/** As many keys as fit, the last rows going first; those that always help at the right. */
function footer({ state, glyphs }: Scene, columns: number): Line {
  const label = (key: Key): readonly Span[] => [['bold', key.keys.map(keyLabel)[0]!], ` ${key.footer}  `];
  const right = lastKeys.flatMap(label);
  const hints: Readonly<Partial<Record<typeof state.input.kind, string>>> = {
    ask: 'y yes   n no',
    help: 'Up Down PgUp PgDn scroll   Home g beginning   End G end   Esc goes back',
    command: 'Enter runs it   Esc gives up',
    filter: 'Enter keeps it   Esc gives up',
  };
  const hint = hints[state.input.kind];
  if (hint !== undefined) return [['dim', ` ${hint}`]];
  const left: Span[] = [' '];
  for (const key of keys) {
    if (key.footer === undefined) continue;
    const more = label(key);
    if (widthOfLine([...left, ...more, ...right]) > columns - 2) break;
    left.push(...more);
  }
  return justify(left, right, columns, glyphs.more);
}

const nodeLines: View = (scene, { rows }) => {
  const { snapshot, state, glyphs } = scene;
  const nodes = visibleNodes(scene);
  const selected = nodes.findIndex(({ id }) => id === state.selected);
  const shown = windowAround(nodes, rows, Math.max(0, selected));
  return body(
    shown.items.map((node): Line => {
      const mark: Span = node.id === state.selected ? ['bold', glyphs.selected] : ' ';
      return [
        mark,
        ['bold', node.id.padEnd(4)],
        roleOf(node, scene),
        '  ',
        receivedOf(node, scene),
        '  ',
        ...behindWords(behindOf(node, snapshot.nodes)),
      ];
    }),
  );
};

function behindWords(span: Span): readonly Span[] {
  const text = typeof span === 'string' ? span : span[1];
  return /^[1-9]/.test(text) ? [['caution', `-${text}`]] : text === 'forked' ? [span] : [];
}

/** One line for all: what is typed or was done, and always how to leave. */
function smallFoot(scene: Scene, columns: number): Line {
  const { state, glyphs } = scene;
  const { kind } = state.input;
  if (kind !== 'keys' && kind !== 'help') return saidLine(scene, columns);
  const hint = (key: string, does: string): readonly Span[] => [['bold', ` ${key}`], ` ${does} `];
  const [back, leave] = [hint('Esc', 'back'), hint('q', 'leave')];
  if (kind === 'help') return [...back, ...hint('j k', 'scroll')];
  const out = state.zoomed || state.filter !== '' ? back : leave;
  if (state.said !== null) return justify(saidLine(scene, columns), out, columns, glyphs.more);
  const filter: Line = state.filter === '' ? [] : [['caution', ` /${safe(state.filter, scene.ascii)} `]];
  const left: Line = [...filter, ...hint('j k', state.zoomed ? 'scroll' : 'select'), ...hint('?', 'help')];
  const whole: Line = [...left, ...out];
  return widthOfLine(whole) <= columns ? whole : out;
}
