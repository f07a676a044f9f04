import { spawn, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal as Emulator } from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { tempDir, until } from './until.ts';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A program in a terminal of its own, and what its screen shows: `script` of util-linux gives the one, xterm the other. */
export interface Terminal {
  /** The lines of the screen, as they are now. */
  lines(): readonly string[];
  shows(text: string | RegExp): Promise<void>;
  type(keys: string): void;
  /** Its program is told, as by any terminal. */
  resize(columns: number, rows: number): void;
  isAlternate(): boolean;
  isCursorShown(): boolean;
  /** Everything that was written to it. */
  written(): string;
  /** Exit code of the shell. */
  readonly ended: Promise<number | null>;
}

/**
 * Runs a shell script in a terminal. `script` is util-linux's: with another one, such as that of macOS, there is
 * no terminal, and the test fails and says so.
 */
export function openTerminal(
  shellScript: string,
  { columns = 80, rows = 24, env = {} }: TerminalOptions,
): Terminal {
  const dir = tempDir();
  const [file, tty] = [join(dir, 'run.sh'), join(dir, 'tty')];
  writeFileSync(file, `stty cols ${columns} rows ${rows}\ntty > '${tty}'\n${shellScript}\n`);
  const child = spawn('script', ['-qefc', `bash '${file}'`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const emulator = new Emulator({ cols: columns, rows, allowProposedApi: true });
  let written = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    written += text;
    emulator.write(text);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    emulator.dispose();
  });
  const lines = (): readonly string[] =>
    Array.from({ length: emulator.rows }, (_, y) => {
      return emulator.buffer.active.getLine(emulator.buffer.active.baseY + y)?.translateToString(true) ?? '';
    });
  return {
    lines,
    async shows(text) {
      const isThere = (line: string): boolean =>
        typeof text === 'string' ? line.includes(text) : text.test(line);
      await until(`the screen to show ${String(text)}`, () => lines().some(isThere), {
        show: () => lines().join('\n'),
      });
    },
    type: (keys) => void child.stdin.write(keys),
    resize(wide, high) {
      emulator.resize(wide, high);
      execFileSync('stty', [
        '-F',
        readFileSync(tty, 'utf8').trim(),
        'cols',
        String(wide),
        'rows',
        String(high),
      ]);
    },
    isAlternate: () => emulator.buffer.active.type === 'alternate',
    isCursorShown: () => written.lastIndexOf('\u001B[?25l') <= written.lastIndexOf('\u001B[?25h'),
    written: () => written,
    ended,
  };
}
