import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openTerminal, type Terminal, type TerminalOptions } from '../support/terminal.ts';
import { tempDir } from '../support/until.ts';
import { bin, type Shell } from './replab.ts';

export interface Watching {
  readonly terminal: Terminal;
  /** Of the `replab` process. */
  pid(): number;
  /** What `stty -g` said of the terminal before and after, and how `replab` exited. */
  after(): { readonly before: string; readonly after: string; readonly exit: string };
}

type Options = TerminalOptions & { readonly node?: string };

/** `replab watch`, as `inTerminal` has it. */
export function watch(own: Shell, args = '', options: Options = {}): Watching {
  return inTerminal(own, `watch ${args}`, options);
}

/** A command line in a terminal, in a shell that notes how the terminal was before and after. */
export function inTerminal({ env }: Shell, line: string, options: Options = {}): Watching {
  const dir = tempDir();
  const terminal = openTerminal(
    [
      `stty -g > '${dir}/before'`,
      `sh -c 'echo $$ > "${dir}/pid"; exec "${process.execPath}" ${options.node ?? ''} "${bin}" ${line}'`,
      `echo $? > '${dir}/exit'`,
      `stty -g > '${dir}/after'`,
      'echo shell again',
    ].join('\n'),
    { ...options, env: { ...env, ...options.env } },
  );
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8').trim();
  return {
    terminal,
    pid: () => Number(read('pid')),
    after: () => ({ before: read('before'), after: read('after'), exit: read('exit') }),
  };
}

/** Left as it was found, and the last line said why. */
export async function expectEnd(
  { terminal, after }: Watching,
  exit: number,
  why: string | RegExp,
): Promise<void> {
  await terminal.shows('shell again');
  await terminal.ended;
  const { before, after: now, exit: code } = after();
  expect({ code, terminal: now }).toEqual({ code: String(exit), terminal: before });
  expect({ alternate: terminal.isAlternate(), cursor: terminal.isCursorShown() }).toEqual({
    alternate: false,
    cursor: true,
  });
  expect(terminal.lines().join('\n')).toMatch(why);
  const pasteOn = terminal.written().lastIndexOf('\u001B[?2004h');
  expect(terminal.written().lastIndexOf('\u001B[?2004l')).toBeGreaterThanOrEqual(pasteOn);
}
