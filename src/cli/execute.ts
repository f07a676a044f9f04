import type {
  AnyInput,
  Command,
  Context,
  Invoked,
  InvokeOptions,
  LabResult,
  Result,
} from '../commands/command.ts';
import { commands, type CommandName } from '../commands/commands.ts';
import { plain } from '../commands/style.ts';
import { ReplabError, toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { saveNameFault, saveResult } from '../control/saved-results.ts';
import { stateRoot } from '../control/state-dir.ts';
import { createChance, type Chance } from '../lib/chance.ts';
import { documentOf, errorDocumentOf, itemsDocument, type Told } from './document.ts';
import type { Globals, Host } from './host.ts';
import { loadStyle, printDocument, printError, printStream, type Output } from './output.ts';
import { usage } from './parse.ts';
import type { Progress } from './progress.ts';
import { route } from './route.ts';
import { runCommand, type Interrupts } from './run.ts';
import { usageLine } from './usage-line.ts';
import { clusterOf, seedOf, timeOf, timeoutOf } from './wishes.ts';

/** Finds the command, reads its words, runs it, prints what came of it. Answers the exit code; never rejects. */
export async function execute(argv: readonly string[], host: Host): Promise<number> {
  const line = new Line(host, argv);
  try {
    const asked = route(argv);
    if (asked.kind === 'help') return await line.help(asked.command);
    return await line.run(asked.name, asked.words);
  } catch (error) {
    return line.fail(error);
  }
}

/** One command line under way. `output` and `globals` are what is known of its wishes so far. */
class Line {
  private output: Output;
  private globals: Globals;
  /** Once it is loaded. */
  private command: Command | null = null;
  private readonly host: Host;

  constructor(host: Host, argv: readonly string[]) {
    const end = argv.indexOf('--');
    const json = argv.slice(0, end < 0 ? argv.length : end).includes('--json');
    const { out, err, inherited } = host;
    this.host = host;
    this.globals = inherited;
    this.output = {
      json: json || inherited.json !== undefined,
      quiet: inherited.quiet !== undefined,
      style: plain,
      chance: null,
      out,
      err,
    };
  }

  async help(name: CommandName | null): Promise<number> {
    const { commandHelp, generalHelp, helpWidth } = await import('./help.ts');
    const style = await loadStyle(this.host.colour);
    const width = helpWidth(this.host.columns?.());
    const text =
      name === null
        ? await generalHelp(style, width)
        : commandHelp(await commands[name].load(), style, width);
    this.host.out(`${text}\n`);
    return exitCodes.ok;
  }

  async run(name: CommandName, words: readonly string[]): Promise<number> {
    const [command, { parseWords }] = await Promise.all([commands[name].load(), import('./parse.ts')]);
    this.command = command;
    const { input, globals } = parseWords(command, words);
    this.globals = { ...this.host.inherited, ...globals };
    this.output = {
      ...this.output,
      json: this.globals.json !== undefined,
      quiet: this.globals.quiet !== undefined,
      style: await loadStyle(this.host.colour),
    };
    checkEnd(command, input, this.host);
    const timeoutMs = timeoutOf(name, this.globals.timeout);
    checkSave(command, input, this.globals.save);
    const chance = createChance(seedOf(name, this.globals.seed));
    this.output = { ...this.output, chance };
    const progress = this.host.progress(!this.output.quiet && !this.output.json);
    try {
      return await this.carryOut(command, input, timeoutMs, chance, progress);
    } finally {
      progress.end();
    }
  }

  private async carryOut(
    command: Command,
    input: AnyInput,
    timeoutMs: number | null,
    chance: Chance,
    progress: Progress,
  ): Promise<number> {
    let code: number = exitCodes.ok;
    await runCommand({
      command,
      input,
      timeoutMs,
      interrupts: this.host.interrupts,
      context: (signal, waitMs): Context => ({
        cluster: clusterOf(this.globals),
        root: this.root(),
        timeoutMs: waitMs,
        chance,
        last: this.host.last ?? null,
        bound: this.host.bound ?? false,
        signal,
        progress: progress.say,
        stdin: this.host.stdin,
        invoke: (line, how) => this.invoke(line, signal, how),
      }),
      finish: async (result, signal) => {
        progress.end();
        code = await this.print(result, signal);
      },
    });
    return code;
  }

  private async print(result: Result, signal: AbortSignal): Promise<number> {
    if (result.kind === 'lab') return await this.lab(result, signal);
    if (result.kind === 'shell') {
      const { shell } = this.host;
      if (shell === null) throw usage('shell', 'There is a shell already, or nobody to type into one.');
      return await shell(result, this.passedOn(), this.output);
    }
    if (result.kind === 'screen') {
      if (this.host.show === null || this.output.json) return await this.print(result.stream(), signal);
      await this.host.show(result, this.output, signal);
      return exitCodes.ok;
    }
    if (result.kind === 'stream') {
      const isKept = this.globals.save !== undefined || this.host.onDocument !== undefined;
      const items = await printStream(result, this.output, isKept);
      const exit = result.exit?.() ?? exitCodes.ok;
      if (items !== null) this.tell(itemsDocument(items, exit));
      return exit;
    }
    this.tell(documentOf(result));
    printDocument(result, this.output);
    return result.exit ?? exitCodes.ok;
  }

  private async lab(result: LabResult, signal: AbortSignal): Promise<number> {
    const { showLab } = this.host;
    const shown =
      this.output.json || showLab === undefined ? null : await showLab(result, this.output, signal);
    return shown ?? (await this.print(await labResult(result), signal));
  }

  /** Saved before it is printed: a script that goes on finds it. */
  private tell(told: Told, facts: Readonly<Record<string, unknown>> = {}): void {
    const { save } = this.globals;
    if (save !== undefined) {
      const named = [told['cluster'], facts['cluster']].find((one) => typeof one === 'string');
      saveResult(this.root(), typeof named === 'string' ? named : clusterOf(this.globals), save, told);
    }
    this.host.onDocument?.(told);
  }

  fail(thrown: unknown): number {
    let error = this.withUsage(toReplabError(thrown));
    try {
      // What was not understood was not run: it leaves an earlier result as it is.
      if (error.code !== 'usage') this.tell(errorDocumentOf(error), error.facts);
    } catch (unsaved) {
      error = toReplabError(unsaved);
    }
    const told = errorDocumentOf(error);
    printError(error, this.output);
    if (error.code === 'internal' && process.env['REPLAB_DEBUG'] === '1' && thrown instanceof Error) {
      this.host.err(`${thrown.stack}\n`);
    }
    return told.exit;
  }

  /** What was not understood is told with how the command is used. */
  private withUsage(error: ReplabError): ReplabError {
    if (error.code !== 'usage' || this.command === null) return error;
    const facts = { ...error.facts, command: this.command.name, usage: usageLine(this.command) };
    return new ReplabError('usage', facts, { cause: error });
  }

  private root(): string {
    return this.host.root ?? stateRoot();
  }

  /** What command lines inside this one are given: all but where to keep a result. */
  private passedOn(): Globals {
    const { save: _, ...others } = this.globals;
    return others;
  }

  /**
   * A command line inside this one: its output is caught, and it ends when this one does. Elsewhere, it is
   * given none of this one's wishes but the time.
   */
  private async invoke(
    words: readonly string[],
    signal: AbortSignal,
    { unattended = this.host.unattended ?? false, elsewhere, signal: other }: InvokeOptions = {},
  ): Promise<Invoked> {
    const caught = { out: '', err: '' };
    let document: Told | null = null;
    const interrupts: Interrupts = { onFirst: () => {} };
    const ending = other === undefined ? signal : AbortSignal.any([signal, other]);
    const onAbort = (): void => interrupts.onFirst(toReplabError(ending.reason));
    ending.addEventListener('abort', onAbort, { once: true });
    const exit = await execute(words, {
      ...this.host,
      ...(elsewhere === undefined ? {} : { ...elsewhere, stdin: nobodyTypes, colour: false }),
      ...(unattended ? { unattended, stdin: nobodyTypes, colour: false } : {}),
      show: null,
      shell: null,
      interrupts,
      out: (text) => void (caught.out += text),
      err: (text) => void (caught.err += text),
      inherited: elsewhere === undefined ? this.passedOn() : timeOf(this.globals),
      onDocument: (told) => (document = told),
    });
    ending.removeEventListener('abort', onAbort);
    return { exit, ...caught, document };
  }
}

/** Apart, since only labs need the code that reads them. */
async function labResult({ context, asked }: LabResult): Promise<Result> {
  const [{ carryOut }, { labAid }] = await Promise.all([import('../lab/labs.ts'), import('./lab-aid.ts')]);
  return await carryOut(asked, context, labAid(context.signal));
}

function checkEnd(command: Command, input: AnyInput, { unattended }: Host): void {
  if (unattended !== true || command.endless?.(input) !== true) return;
  throw usage(command.name, 'This goes on until it is ended, so it needs a terminal of its own.');
}

async function nobodyTypes(): Promise<Buffer> {
  throw usage(null, 'There is no standard input here: put the value in quotes.');
}

function checkSave(command: Command, input: AnyInput, name: string | undefined): void {
  if (name === undefined) return;
  const fault = saveNameFault(name);
  if (fault !== null) throw usage(command.name, `--save is ${JSON.stringify(name)}; expected ${fault}.`);
  if (command.removesCluster?.(input) === true) {
    throw usage(command.name, `--save keeps results with their cluster, and ${command.name} removes it.`);
  }
}
