import { Box, Text, useApp, useInput, usePaste, type Key as InkKey } from 'ink';
import { createElement, memo, useEffect, useSyncExternalStore, type ReactElement } from 'react';

/** What the app shows and whom it tells: a store of lines, and a receiver of keys. */
export interface Stage {
  subscribe(listener: () => void): () => void;
  lines(): readonly string[];
  press(name: string): void;
  paste(text: string): void;
  /** Called once with how to give the terminal away for as long as `use` takes. */
  onMounted(suspend: (use: () => void) => Promise<void>): void;
}

/** One text a line, so that lines that stay are not laid out again. Nothing else is decided here. */
export function App({ stage }: { readonly stage: Stage }): ReactElement {
  const lines = useSyncExternalStore(stage.subscribe, stage.lines);
  const { suspendTerminal } = useApp();
  useEffect(() => stage.onMounted(suspendTerminal), [stage, suspendTerminal]);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) stage.press(name);
  });
  usePaste((text) => stage.paste(text));
  return createElement(
    Box,
    { flexDirection: 'column' },
    lines.map((text, i) => createElement(Line, { key: i, text })),
  );
}

const Line = memo(({ text }: { readonly text: string }) =>
  // Ink gives an empty text no line.
  createElement(Text, { wrap: 'truncate' }, text === '' ? ' ' : text),
);

const special: readonly (readonly [keyof InkKey, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/** Several characters come at once when they are typed faster than they are read. */
export function keyNames(input: string, key: InkKey): readonly string[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  const name = special.find(([field]) => key[field] === true)?.[1];
  if (name !== undefined) return [name];
  if (key.ctrl) return [`ctrl-${input}`];
  // Alt with a letter is no letter.
  if (key.meta) return [];
  return [...input].map((char) => characterNames[char] ?? char);
}

const characterNames: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\r': 'enter',
  '\n': 'enter',
  '\u007F': 'backspace',
  '\t': 'tab',
};
