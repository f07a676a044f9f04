import { text as textOf } from 'node:stream/consumers';
import type { ShellResult } from '../../commands/command.ts';
import { exitCodeOf, toReplabError } from '../../control/errors.ts';
import { exitCodes } from '../../control/exit-codes.ts';
import { stateRoot } from '../../control/state-dir.ts';
import { execute } from '../execute.ts';
import type { Host } from '../host.ts';
import { printError, type Output } from '../output.ts';
import type { CaughtInterrupts } from '../run.ts';
import { openHistory } from './history.ts';
import { readLine, usage } from './line.ts';
import { createPrompt } from './prompt.ts';

export interface ShellOptions {
  /** That of the shell's own command line, with what it passes on. */
  readonly host: Host;
  readonly output: Output;
  readonly interrupts: CaughtInterrupts;
}

/** Runs lines of a terminal or of a script in this process. Answers the exit code. */
export async function runShell(asked: ShellResult, options: ShellOptions): Promise<number> {
  const { stdin, stdout } = process;
  return stdin.isTTY && stdout.isTTY ? await interactive(asked, options) : await script(asked, options);
}

async function interactive({ prompt: name }: ShellResult, options: ShellOptions): Promise<number> {
  const { host, interrupts, output } = options;
  const history = openHistory(stateRoot());
  const { cluster } = host.inherited;
  let close = (): void => {};
  const prompt = createPrompt({
    history: history.lines,
    before: cluster === undefined ? [] : ['-c', cluster],
    onOpen: (give) => (close = give),
  });
  let ended: number | null = null;
  if (!output.quiet) output.err(output.style.dim('Tab completes, help lists the commands, exit leaves.\n'));
  for (let text = ''; ended === null;) {
    interrupts.onFirst = (error) => {
      ended = exitCodeOf(error);
      close();
    };
    const typed = await prompt.ask(text === '' ? `${name}> ` : '> ');
    if (typed.type === 'end') break;
    const whole = typed.type === 'line' ? text + typed.text : '';
    const line = await runLine(whole, options);
    // The end of an open quote is on a line to come.
    text = line === 'more' ? `${whole}\n` : '';
    if (line === 'more') continue;
    history.add(whole);
    if (line.leaves) ended = line.code ?? exitCodes.ok;
    if (line.code === exitCodes.terminated) ended = line.code;
  }
  return ended ?? exitCodes.ok;
}

/** Echoes nothing. Ends with the exit code of the first line that failed. */
async function script({ keepGoing }: ShellResult, options: ShellOptions): Promise<number> {
  const lines = (await textOf(process.stdin)).replace(/\n$/, '').split('\n');
  const { output } = options;
  let failed: number | null = null;
  let text = '';
  for (const [i, typed] of lines.entries()) {
    const isLast = i + 1 === lines.length;
    const line = await runLine(text + typed, options, isLast);
    text = line === 'more' ? `${text}${typed}\n` : '';
    if (line === 'more') continue;
    if (line.leaves) return line.code ?? failed ?? exitCodes.ok;
    if (line.code === null || line.code === exitCodes.ok) continue;
    failed ??= line.code;
    if (!output.quiet && !output.json) output.err(output.style.dim(`line ${i + 1}: exit ${line.code}\n`));
    if (!keepGoing || isEnd(line.code)) return failed;
  }
  return failed ?? exitCodes.ok;
}

function isEnd(code: number): boolean {
  return code === exitCodes.interrupted || code === exitCodes.terminated;
}

interface Ran {
  /** Null: there was nothing to run. */
  readonly code: number | null;
  readonly leaves: boolean;
}

async function runLine(text: string, options: ShellOptions, isLast = false): Promise<Ran | 'more'> {
  try {
    const asked = readLine(text);
    if (asked.type === 'nothing') return { code: null, leaves: false };
    if (asked.type === 'exit') return { code: asked.code, leaves: true };
    if (asked.type === 'more') {
      if (isLast) throw usage('A quote is not closed.');
      return 'more';
    }
    const code = await runWords(asked.words, options);
    return { code: asked.negated ? negation(code) : code, leaves: false };
  } catch (thrown) {
    const error = toReplabError(thrown);
    printError(error, options.output);
    return { code: exitCodeOf(error), leaves: false };
  }
}

/** A fault of ours, and an end from outside, stay what they are. */
function negation(code: number): number {
  if (code === exitCodes.internal || isEnd(code)) return code;
  return code === exitCodes.ok ? exitCodes.violated : exitCodes.ok;
}

/** The first Ctrl-C ends the command in good order, the second does not wait for it. */
async function runWords(words: readonly string[], { host, interrupts }: ShellOptions): Promise<number> {
  const abandoned = Promise.withResolvers<number>();
  let isOver = false;
  interrupts.renew((code) => {
    isOver = true;
    abandoned.resolve(code);
  });
  const running = execute(words, {
    ...host,
    out: (said) => isOver || host.out(said),
    err: (said) => isOver || host.err(said),
    interrupts,
    stdin: () => Promise.reject(usage('Standard input belongs to the shell: give a file.')),
    shell: null,
  });
  return await Promise.race([running, abandoned.promise]);
}
