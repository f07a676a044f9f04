import { keys, lastKeys, type Key } from './keys.ts';
import type { Scene } from './scene.ts';
import { isSelectionHidden, visibleNodes } from './selection.ts';
import type { Pressed, ViewState } from './view-state.ts';

const byName: ReadonlyMap<string, Key> = new Map(
  [...keys, ...lastKeys].flatMap((key) => key.keys.map((name) => [name, key])),
);

/**
 * What a key press makes of the state. `name`: a character as it is typed, or the name of a special key. While
 * a text is typed no other key has its meaning, so that no letter of a filter kills a node.
 */
export function press(scene: Scene, name: string): Pressed {
  const pressed = pressedAnywhere(scene, name);
  return { ...pressed, state: withSelection(scene, pressed.state) };
}

/** A filter that hides the selected node moves the selection to one that is left. */
function withSelection(scene: Scene, state: ViewState): ViewState {
  if (state.filter === scene.state.filter) return state;
  const now: Scene = { ...scene, state };
  const [first] = visibleNodes(now);
  return first !== undefined && isSelectionHidden(now) ? { ...state, selected: first.id } : state;
}

function pressedAnywhere(scene: Scene, name: string): Pressed {
  const { state } = scene;
  const { input } = state;
  if (name === 'ctrl-c' || name === 'ctrl-z' || name === 'ctrl-l') return byName.get(name)!.press(scene);
  switch (input.kind) {
    case 'help':
      return scrolledHelp(state, name);
    case 'ask': {
      const { words } = input;
      const answered: ViewState = { ...state, input: { kind: 'keys' } };
      if (name === 'y' || name === 'Y') return { state: answered, effect: { kind: 'run', words } };
      return name === 'n' || name === 'N' || name === 'esc' || name === 'q' ? { state: answered } : { state };
    }
    case 'filter':
      return typed(state, name, state.filter, {
        change: (filter) => ({ state: { ...state, filter, scroll: 0 } }),
        done: () => ({ state: { ...state, input: { kind: 'keys' } } }),
        cancel: () => ({ state: { ...state, filter: input.before, input: { kind: 'keys' } } }),
      });
    case 'command':
      return typed(state, name, input.text, {
        change: (text) => ({ state: { ...state, input: { kind: 'command', text } } }),
        done: () => submitted(scene, input.text),
        cancel: () => ({ state: { ...state, input: { kind: 'keys' } } }),
      });
    case 'keys':
      return byName.get(name)?.press(scene) ?? { state };
  }
}

/** Pasted text goes into a text that is being typed, on one line, and nowhere else. */
export function paste(scene: Scene, text: string): ViewState {
  const { state } = scene;
  const line = text.replaceAll(/\p{C}+/gu, ' ');
  if (state.input.kind === 'filter') {
    return withSelection(scene, { ...state, filter: state.filter + line, scroll: 0 });
  }
  if (state.input.kind !== 'command') return state;
  return { ...state, input: { kind: 'command', text: state.input.text + line } };
}

interface Typing {
  change(text: string): Pressed;
  done(): Pressed;
  cancel(): Pressed;
}

function typed(state: ViewState, name: string, text: string, { change, done, cancel }: Typing): Pressed {
  if (name === 'enter') return done();
  if (name === 'esc') return cancel();
  if (name === 'backspace') return change([...text].slice(0, -1).join(''));
  if (name === 'ctrl-u') return change('');
  if (name === 'space') return change(`${text} `);
  return [...name].length === 1 ? change(text + name) : { state };
}

function submitted(scene: Scene, text: string): Pressed {
  const { state } = scene;
  const after: ViewState = { ...state, input: { kind: 'keys' } };
  const words = wordsOf(text);
  if (words === null)
    return { state: { ...after, said: { level: 'bad', command: text, text: 'a quote is not closed' } } };
  const line = withoutHabits(words);
  if (line.length === 0) return { state: after };
  if (line.length === 1 && line[0] === 'help') return byName.get('?')!.press({ ...scene, state: after });
  return { state: after, effect: { kind: 'run', words: line } };
}

/** `npx replab`, typed or pasted as it is elsewhere. */
function withoutHabits(words: readonly string[]): readonly string[] {
  const line = words[0] === 'npx' ? words.slice(1) : words;
  return line[0] === 'replab' ? line.slice(1) : line;
}

/** As a shell splits them: blanks separate, quotes keep together. Null: a quote is open. */
export function wordsOf(text: string): readonly string[] | null {
  const words: string[] = [];
  const form = /\s*(?:((?:[^\s'"]|'[^']*'|"[^"]*")+))/gy;
  let at = 0;
  for (let found = form.exec(text); found !== null; found = form.exec(text)) {
    words.push(
      found[1]!.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, one?: string, two?: string) => one ?? two ?? ''),
    );
    at = form.lastIndex;
  }
  return text.slice(at).trim() === '' ? words : null;
}

const far = 1_000_000;
const helpScrolls: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -10,
  pagedown: 10,
  home: -far,
  g: -far,
  end: far,
  G: far,
};

function scrolledHelp(state: ViewState, name: string): Pressed {
  const by = helpScrolls[name];
  if (by !== undefined) return { state: { ...state, scroll: Math.max(0, state.scroll + by) } };
  const leaves = ['esc', '?', 'q', 'enter', 'space'].includes(name);
  return { state: leaves ? { ...state, input: { kind: 'keys' }, scroll: 0 } : state };
}
