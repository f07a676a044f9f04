import { randomInt } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Context, Result } from '../commands/command.ts';
import { commands } from '../commands/commands.ts';
import { plain } from '../commands/style.ts';
import { exitCodeOf, toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { stateRoot } from '../control/state-dir.ts';
import { createChance, type Chance } from '../lib/chance.ts';
import { parseDuration } from '../lib/duration.ts';
import { loadStyle, printDocument, printError, printStream, wantsColour, type Output } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import { usage } from './parse.ts';
import { route, type Route } from './route.ts';
import { catchInterrupts, runCommand } from './run.ts';

/**
 * The `replab` command. Finds the command, reads its arguments, runs it, prints its result, and ends with
 * its exit code. A command's own code and the parser are loaded only when they are needed.
 */
let output: Output = {
  json: process.argv.includes('--json'),
  quiet: false,
  style: plain,
  chance: null,
  out: write(process.stdout),
  err: write(process.stderr),
};

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `replab events | head`: whoever read has had enough.
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.internal);
});
process.stderr.on('error', () => {});

try {
  const asked = route(process.argv.slice(2));
  await (asked.kind === 'help' ? help(asked.command) : run(asked));
} catch (error) {
  fail(error);
}

async function help(name: Extract<Route, { kind: 'help' }>['command']): Promise<void> {
  const { commandHelp, generalHelp } = await import('./help.ts');
  const style = await loadStyle(wantsColour(process.stdout, process.env));
  output.out(
    `${name === null ? await generalHelp(style) : commandHelp(await commands[name].load(), style)}\n`,
  );
  exit(exitCodes.ok);
}

async function run({ name, words }: Extract<Route, { kind: 'command' }>): Promise<void> {
  const [command, { parseWords }] = await Promise.all([commands[name].load(), import('./parse.ts')]);
  const { input, globals } = parseWords(command, words);
  const style = await loadStyle(wantsColour(process.stdout, process.env));
  output = { ...output, json: globals.json !== undefined, quiet: globals.quiet !== undefined, style };
  const chance = createChance(seedOf(name, globals.seed));
  output = { ...output, chance };
  const timeoutMs = globals.timeout === undefined ? null : parseDuration(globals.timeout);
  if (globals.timeout !== undefined && timeoutMs === null) {
    throw usage(
      name,
      `--timeout is ${JSON.stringify(globals.timeout)}; expected a duration such as 250ms, 10s or 1m.`,
    );
  }
  const progress = createProgress(process.stderr, !output.quiet && !output.json);
  let code: number = exitCodes.ok;
  try {
    await runCommand({
      command,
      input,
      timeoutMs,
      interrupts: catchInterrupts(exit),
      context: (signal, waitMs) => contextOf(globals.cluster, signal, waitMs, progress, chance),
      async finish(result: Result) {
        progress.end();
        if (result.kind === 'stream') {
          await printStream(result, output);
          code = result.exit?.() ?? exitCodes.ok;
        } else {
          printDocument(result, output);
          code = result.exit ?? exitCodes.ok;
        }
      },
    });
  } finally {
    progress.end();
  }
  exit(code);
}

/** Without one, any that is short enough to be typed again. */
function seedOf(command: string, given: string | undefined): number {
  if (given === undefined) return randomInt(1_000_000);
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw usage(command, `--seed is ${JSON.stringify(given)}; expected a whole number.`);
}

function contextOf(
  cluster: string | undefined,
  signal: AbortSignal,
  timeoutMs: number,
  progress: Progress,
  chance: Chance,
): Context {
  const named = cluster ?? process.env['REPLAB_CLUSTER'];
  return {
    cluster: named === undefined || named === '' ? null : named,
    root: stateRoot(),
    timeoutMs,
    chance,
    signal,
    progress: progress.say,
    stdin: () => buffer(process.stdin),
  };
}

function fail(thrown: unknown): void {
  const error = toReplabError(thrown);
  printError(error, output);
  if (error.code === 'internal' && process.env['REPLAB_DEBUG'] === '1' && thrown instanceof Error) {
    output.err(`${thrown.stack}\n`);
  }
  exit(exitCodeOf(error));
}

/** Ends the process once what was printed has been handed over: a pipe may take it slowly. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

function write(stream: NodeJS.WriteStream): (text: string) => void {
  return (text) => void stream.write(text);
}
