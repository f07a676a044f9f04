import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { dirname, join } from 'node:path';
import type { Elsewhere, Invoked } from '../commands/command.ts';
import { exitCodes, outcomeOf, type ExitCode } from '../control/exit-codes.ts';
import type { Invoke } from './lab-run.ts';

/**
 * Runs a lab's commands as processes, as people do: what works in this process only by what it remembers fails.
 * `self`: the words that start replab. `last` goes through a file, by \`--from\`.
 */
export function asProcesses(self: readonly string[]): Invoke {
  return async (words, where): Promise<Invoked> => {
    const [file, ...before] = self as [string, ...string[]];
    const child = spawn(file, [...before, '--json', ...withLast(words, where)], {
      env: { ...process.env, XDG_STATE_HOME: dirname(where.root), REPLAB_CLUSTER: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    const exit = (code ?? exitCodes.internal) as ExitCode;
    return { exit, out, err, document: documentOf(words, out, exit) };
  };
}

function withLast(words: readonly string[], { root, last }: Elsewhere): readonly string[] {
  const isAsked = words.includes('expect') && words.some((word) => /\blast\b/.test(word));
  if (!isAsked || last === null || words.includes('--from')) return words;
  const path = join(dirname(root), 'last.json');
  writeFileSync(path, JSON.stringify(last), { mode: 0o600 });
  return [...words, '--from', path];
}

/** Those that give items: without any, or with one, it would not show. */
const streams = ['events', 'log', 'logs', 'sim'];

function documentOf(words: readonly string[], out: string, exit: ExitCode): object | null {
  const documents = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const ended = { exit, outcome: outcomeOf(exit) };
  if (words.some((word) => streams.includes(word)) && documents[0]?.['error'] === undefined)
    return { schema: 'replab.items/1', items: documents, ...ended };
  return documents[0] === undefined ? null : { ...ended, ...documents[0] };
}
