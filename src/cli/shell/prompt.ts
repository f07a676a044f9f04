import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { splitWords } from '../../lib/shell-words.ts';
import { complete } from '../complete/complete.ts';
import { knownOf } from '../complete/known.ts';

export interface PromptOptions {
  /** The newest first. */
  readonly history: readonly string[];
  /** `-c t1`, where the shell was given one: for completion. */
  readonly before: readonly string[];
  /** Called with what gives the terminal back while a line is being typed. */
  onOpen(close: () => void): void;
}

/** `cancelled`: Ctrl-C while it was typed. `end`: Ctrl-D. */
export type Typed = { readonly type: 'line'; readonly text: string } | { readonly type: 'cancelled' | 'end' };

/**
 * Lines typed at the terminal. The terminal is the prompt's only while a line is typed: in
 * between it is the command's, so that Ctrl-C is a signal and a screen can have it.
 */
export function createPrompt({ history, before, onOpen }: PromptOptions) {
  const waiting: string[] = [];
  /** What was typed of the next line before its prompt was there. */
  let begun = '';
  return {
    async ask(prompt: string): Promise<Typed> {
      const pasted = waiting.shift();
      if (pasted !== undefined) {
        process.stdout.write(`${prompt}${pasted}\n`);
        return { type: 'line', text: pasted };
      }
      // A screen that was there before has let go of it.
      process.stdin.ref();
      let wasCancelled = false;
      const { promise, resolve } = Promise.withResolvers<Typed>();
      const readline = createInterface({
        input: process.stdin,
        output: process.stdout,
        terminal: true,
        history: [...history],
        historySize: 1000,
        completer: (line: string) => offered(line, before),
      });
      onOpen(() => readline.close());
      readline.on('SIGINT', () => {
        process.stdout.write('^C\n');
        wasCancelled = true;
        // Away with the line: to its end, then all before it. What comes with it in one piece is a new line.
        readline.write(null, { ctrl: true, name: 'e' });
        readline.write(null, { ctrl: true, name: 'u' });
        setImmediate(() => readline.close());
      });
      // Lines that were pasted together arrive together; all but the first wait for their turn.
      readline.on('line', (line) => {
        waiting.push(line);
        setImmediate(() => readline.close());
      });
      readline.on('close', () => {
        begun = readline.line;
        if (wasCancelled) return resolve({ type: 'cancelled' });
        const text = waiting.shift();
        resolve(text === undefined ? { type: 'end' } : { type: 'line', text });
      });
      readline.setPrompt(prompt);
      readline.prompt();
      if (begun !== '') readline.write(begun);
      const typed = await promise;
      onOpen(() => {});
      if (typed.type === 'end') process.stdout.write('\n');
      return typed;
    },
  };
}

/** As readline wants it: whole words, and the part of the line they replace. */
async function offered(line: string, before: readonly string[]): Promise<[string[], string]> {
  const split = splitWords(line);
  if (split.type === 'operator') return [[], line];
  const last = split.words.at(-1);
  const isNew = last === undefined || (split.type === 'words' && last.to < line.length);
  const words = split.words.map(({ text }) => text);
  const typed = isNew ? '' : line.slice(last.from);
  // Within quotes a word could be replaced only by guessing how it is to be quoted.
  if (typed !== (isNew ? '' : last.text)) return [[], typed];
  try {
    const all = isNew ? [...words, ''] : words;
    const completion = await complete(all, knownOf([...before, ...all], process.env));
    const found = completion.kind === 'files' ? paths(typed) : completion.candidates.map(({ word }) => word);
    return [found.length === 1 && !/[=/]$/.test(found[0]!) ? [`${found[0]} `] : found, typed];
  } catch {
    return [[], typed];
  }
}

function paths(typed: string): string[] {
  const dir = typed.slice(0, typed.lastIndexOf('/') + 1);
  return readdirSync(dir === '' ? '.' : dir, { withFileTypes: true })
    .map((entry) => `${dir}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .filter((path) => path.startsWith(typed));
}
