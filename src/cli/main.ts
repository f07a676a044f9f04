import { buffer } from 'node:stream/consumers';
import { exitCodeOf, toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { plain } from '../commands/style.ts';
import type { Host } from './host.ts';
import { printError, wantsColour } from './output.ts';
import { createProgress } from './progress.ts';
import { show } from './show.ts';
import { showLab } from './show-lab.ts';
import { catchInterrupts } from './run.ts';

/**
 * The `replab` command: one command line in a process of its own. A command's own code and the parser are
 * loaded only when they are needed.
 */
const argv = process.argv.slice(2);
const out = write(process.stdout);
const err = write(process.stderr);
/** Gives the terminal back, while there is a screen: what is said after it must be read. */
let closeScreen = (): void => {};

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `replab events | head`: whoever read has had enough.
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.internal);
});
process.stderr.on('error', () => {});

/** Completion is asked for at every tab: nothing else is loaded, and nobody is told of errors. */
async function completeOnly(): Promise<number> {
  const { completeForShell } = await import('./complete/main.ts');
  out(await completeForShell(argv.slice(1)));
  return exitCodes.ok;
}

async function executeLine(): Promise<number> {
  const { execute } = await import('./execute.ts');
  const interrupts = catchInterrupts(exit);
  const host: Host = {
    out,
    err,
    colour: wantsColour(process.stdout, process.env),
    columns: () => process.stdout.columns,
    interrupts,
    stdin: () => buffer(process.stdin),
    progress: (enabled) => createProgress(process.stderr, enabled),
    show: (screen, output, signal) =>
      show(screen, { output, signal, onOpen: (close) => (closeScreen = close) }),
    showLab: (result, output, signal) =>
      showLab(result, { output, signal, onOpen: (close) => (closeScreen = close) }),
    shell: async (asked, inherited, output) => {
      const { runShell } = await import('./shell/shell.ts');
      return runShell(asked, { host: { ...host, inherited }, output, interrupts });
    },
    inherited: {},
  };
  return execute(argv, host);
}

exit(await (argv[0] === '__complete' ? completeOnly() : executeLine()));

/** What no command line answers for: a fault of ours. */
function fail(thrown: unknown): void {
  closeScreen();
  const error = toReplabError(thrown);
  printError(error, { json: argv.includes('--json'), quiet: false, style: plain, chance: null, out, err });
  if (process.env['REPLAB_DEBUG'] === '1' && thrown instanceof Error) err(`${thrown.stack}\n`);
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
