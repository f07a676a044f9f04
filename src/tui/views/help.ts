import { keyGroups, keys, lastKeys } from '../keys.ts';
import type { Line } from '../line.ts';
import { scrolled, type View } from '../view.ts';

/** Every key, from the table they are dispatched by. */
export const help: View = (scene, { rows }) => {
  const all = [...keys, ...lastKeys];
  const lines = Object.entries(keyGroups).flatMap(([group, title]): Line[] => [
    [['bold', title]],
    ...all
      .filter((key) => key.group === group)
      .map(({ keys: names, does }): Line => [`  ${names.map(keyLabel).join(' ').padEnd(12)} `, does]),
    [],
  ]);
  const words: Line[] = [
    [['bold', 'What you see']],
    ['  received     the end of its log; (in brackets) where it was seen last'],
    ["  behind       entries of the leader's log that it has not; `for`: since when"],
    ['  wire         to the leader: ok; deaf: hears nothing of it; mute: is not heard; cut: both'],
    ['  waiting      writes that wait for the acknowledgement they need'],
    ['  ?            not known: it did not answer. Never a guess'],
  ];
  return scrolled([...lines, ...words], rows, scene.state.scroll);
};

/** As it stands on keyboards. */
export function keyLabel(name: string): string {
  const known: Readonly<Record<string, string>> = {
    enter: 'Enter',
    esc: 'Esc',
    space: 'Space',
    tab: 'Tab',
    'shift-tab': 'Shift-Tab',
    up: 'Up',
    down: 'Down',
    left: 'Left',
    right: 'Right',
    pageup: 'PgUp',
    pagedown: 'PgDn',
    home: 'Home',
    end: 'End',
  };
  return known[name] ?? name.replace(/^ctrl-(.)$/, (_, key: string) => `^${key.toUpperCase()}`);
}
