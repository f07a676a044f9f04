import { viewNames, type ViewName } from '../commands/watch.ts';
import type { Scene } from './scene.ts';
import { isSelectionHidden, selectedView, visibleNodes } from './selection.ts';
import type { Pressed, ViewState } from './view-state.ts';

/** A key, or several that do the same. Footer, help and dispatch are made from these rows. */
export interface Key {
  /** As `input.ts` names them: `x`, `up`, `ctrl-c`. */
  readonly keys: readonly string[];
  readonly group: keyof typeof keyGroups;
  /** What it does, for help. */
  readonly does: string;
  /** In the footer, where there is room; the first rows go last. */
  readonly footer?: string;
  press(scene: Scene): Pressed;
}

export const keyGroups = {
  node: 'The selected node',
  network: 'The network',
  look: 'Looking',
  screen: 'The screen',
} as const;

const run = (state: ViewState, ...words: readonly string[]): Pressed => ({
  state,
  effect: { kind: 'run', words },
});

/** What acts on the selected node does nothing while it is not seen. */
const seen =
  (act: (scene: Scene) => Pressed) =>
  (scene: Scene): Pressed => {
    const { state } = scene;
    if (!isSelectionHidden(scene)) return act(scene);
    const text = `${state.selected} is hidden by the filter /${state.filter}: select another, or Esc`;
    return { state: { ...state, said: { level: 'caution', command: null, text } } };
  };

const onNode = (name: string): ((scene: Scene) => Pressed) =>
  seen(({ state }) => run(state, name, state.selected));

const ask = (state: ViewState, question: string, words: readonly string[]): Pressed => ({
  state: { ...state, input: { kind: 'ask', question, words } },
});

const prompt = (state: ViewState, text: string): Pressed => ({
  state: { ...state, input: { kind: 'command', text } },
});

const show = (state: ViewState, view: ViewName): Pressed => ({
  state: { ...state, view, zoomed: false, scroll: 0 },
});

const turn = ({ state }: Scene, by: number): Pressed => {
  const at = viewNames.indexOf(state.view);
  return show(state, viewNames[(at + by + viewNames.length) % viewNames.length]!);
};

const select = (scene: Scene, by: number): Pressed => {
  const { state } = scene;
  const ids = visibleNodes(scene).map(({ id }) => id);
  const from = ids.indexOf(state.selected);
  const at = from < 0 ? 0 : Math.min(Math.max(from + by, 0), ids.length - 1);
  return { state: { ...state, selected: ids[at] ?? state.selected } };
};

/** Lists scroll, events from their end; elsewhere the selection moves. */
const move = (scene: Scene, by: number): Pressed => {
  const { state } = scene;
  const isEvents = state.view === 'events' && !state.zoomed;
  const scrolls = state.zoomed || (!scene.small && (state.view === 'keys' || isEvents));
  if (!scrolls) return select(scene, by);
  return { state: { ...state, scroll: Math.max(0, state.scroll + (isEvents ? -by : by)) } };
};

const viewWords: Readonly<Record<ViewName, string>> = {
  overview: 'overview: roles, positions, lag',
  links: 'links: who hears whom, and what faults hold back',
  keys: 'keys: which differ between nodes, and why',
  events: 'events, with a lane for each node',
  map: 'map: nodes, and what is cut between them',
};

const pageRows = 10;
const farRows = 1_000_000;

export const keys: readonly Key[] = [
  {
    keys: ['x'],
    group: 'node',
    does: 'kill it: SIGKILL, and what it had in flight is lost (asks)',
    footer: 'kill',
    press: seen(({ state }) =>
      ask(state, `kill ${state.selected}, as if its machine died?`, ['kill', state.selected]),
    ),
  },
  { keys: ['s'], group: 'node', does: 'start it', footer: 'start', press: onNode('start') },
  {
    keys: ['i'],
    group: 'network',
    does: 'isolate the selected node',
    footer: 'isolate',
    press: onNode('isolate'),
  },
  {
    keys: ['h'],
    group: 'network',
    does: 'heal every fault',
    footer: 'heal',
    press: ({ state }) => run(state, 'heal'),
  },
  {
    keys: ['m'],
    group: 'node',
    does: 'promote it: it leads, under a new epoch (asks when it would lose something)',
    footer: 'promote',
    press: onNode('promote'),
  },
  {
    keys: ['p'],
    group: 'network',
    does: 'partition: type who is with whom; the selected node alone is proposed',
    footer: 'partition',
    press: seen(({ state, snapshot }) =>
      prompt(state, `partition ${groupsFor(state.selected, snapshot.nodes)}`),
    ),
  },
  {
    keys: ['z'],
    group: 'node',
    does: 'freeze it (SIGSTOP), or let it go on',
    footer: 'freeze',
    press: (scene) => onNode(selectedView(scene)?.state === 'paused' ? 'resume' : 'pause')(scene),
  },
  {
    keys: ['c'],
    group: 'network',
    does: 'cut one way: type FROM:TO',
    press: seen(({ state }) => prompt(state, `cut ${state.selected}:`)),
  },
  {
    keys: ['t'],
    group: 'node',
    does: 'stop it in good order',
    press: onNode('stop'),
  },
  { keys: ['r'], group: 'node', does: 'restart it', press: onNode('restart') },
  {
    keys: ['enter'],
    group: 'look',
    does: 'all about the selected node; Esc goes back',
    footer: 'zoom',
    press: seen(({ state }) => ({ state: { ...state, zoomed: true, scroll: 0 } })),
  },
  {
    keys: ['/'],
    group: 'look',
    does: 'show only what contains a text',
    footer: 'filter',
    press: ({ state }) => ({ state: { ...state, input: { kind: 'filter', before: state.filter } } }),
  },
  {
    keys: [':'],
    group: 'screen',
    does: 'any replab command, such as `put x 1`',
    footer: 'command',
    press: ({ state }) => prompt(state, ''),
  },
  {
    keys: ['space'],
    group: 'look',
    does: 'hold the view still, to read or copy; the cluster goes on',
    footer: 'hold',
    press: ({ state }) => ({ state: { ...state, paused: !state.paused } }),
  },
  ...viewNames.map((view, i): Key => ({
    keys: [String(i + 1)],
    group: 'look',
    does: viewWords[view],
    press: ({ state }) => show(state, view),
  })),
  { keys: ['tab'], group: 'look', does: 'the next view', press: (scene) => turn(scene, 1) },
  { keys: ['shift-tab'], group: 'look', does: 'the view before', press: (scene) => turn(scene, -1) },
  {
    keys: ['up', 'k'],
    group: 'look',
    does: 'the node before, or a line up',
    press: (scene) => move(scene, -1),
  },
  {
    keys: ['down', 'j'],
    group: 'look',
    does: 'the next node, or a line down',
    press: (scene) => move(scene, 1),
  },
  {
    keys: ['left'],
    group: 'look',
    does: 'the node before, in lists too',
    press: (scene) => select(scene, -1),
  },
  { keys: ['right'], group: 'look', does: 'the next node, in lists too', press: (scene) => select(scene, 1) },
  { keys: ['pageup'], group: 'look', does: 'a page up', press: (scene) => move(scene, -pageRows) },
  { keys: ['pagedown'], group: 'look', does: 'a page down', press: (scene) => move(scene, pageRows) },
  { keys: ['home', 'g'], group: 'look', does: 'to the beginning', press: (scene) => move(scene, -farRows) },
  { keys: ['end', 'G'], group: 'look', does: 'to the end', press: (scene) => move(scene, farRows) },
  {
    keys: ['esc'],
    group: 'screen',
    does: 'back: out of a node, a filter, a message',
    press: ({ state }) => ({
      state: state.zoomed
        ? { ...state, zoomed: false, scroll: 0 }
        : { ...state, filter: '', said: null, paused: false },
    }),
  },
  {
    keys: ['ctrl-l'],
    group: 'screen',
    does: 'draw it anew',
    press: ({ state }) => ({ state, effect: { kind: 'redraw' } }),
  },
  {
    keys: ['ctrl-z'],
    group: 'screen',
    does: 'suspend; `fg` comes back',
    press: ({ state }) => ({ state, effect: { kind: 'suspend' } }),
  },
  {
    keys: ['Q'],
    group: 'screen',
    does: 'take the cluster down (asks)',
    press: ({ state, snapshot }) =>
      ask(state, `take ${snapshot.cluster} down: end its processes, remove its data?`, ['down']),
  },
  {
    keys: ['ctrl-c'],
    group: 'screen',
    does: 'leave, with exit code 130',
    press: ({ state }) => ({ state, effect: { kind: 'interrupt' } }),
  },
];

/** Always in the footer. */
export const lastKeys: readonly Key[] = [
  {
    keys: ['?'],
    group: 'screen',
    does: 'this help',
    footer: 'help',
    press: ({ state }) => ({ state: { ...state, input: { kind: 'help' }, scroll: 0 } }),
  },
  {
    keys: ['q'],
    group: 'screen',
    does: 'leave; the cluster goes on',
    footer: 'leave',
    press: ({ state }) => ({ state, effect: { kind: 'leave' } }),
  },
];

/** The selected node on one side, all others on the other. */
function groupsFor(selected: string, nodes: readonly { readonly id: string }[]): string {
  const others = nodes.filter(({ id }) => id !== selected).map(({ id }) => id);
  return `${selected}/${others.join(',')}`;
}
