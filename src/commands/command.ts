import type { Cluster } from '../client/cluster-connection.ts';
import type { ExitCode } from '../control/exit-codes.ts';
import type { Chance } from '../lib/chance.ts';
import type { Completes } from './completes.ts';
import type { Style } from './style.ts';

/**
 * A command as data: what it takes, what it does, how it is shown. Arguments in, result out; it prints
 * nothing, so that the command line, a lab and a screen can all call it. One file per command, one row in
 * `commands.ts`; help, the command table of the README and the argument parser are made from these.
 */
export interface Command {
  readonly name: string;
  /** One line: what it does. */
  readonly summary: string;
  /** What is worth knowing beyond that, a paragraph each; shown by `--help`. */
  readonly notes?: readonly string[];
  /** In order; only the last may take several. */
  readonly args: Readonly<Record<string, Arg<unknown>>>;
  readonly options: Readonly<Record<string, Option<unknown>>>;
  /** Typed as people would; a test runs each through two shells. */
  readonly examples: readonly Example[];
  /** It may go on for ever: the global `--timeout` ends it only when it was given. */
  endless?(input: AnyInput): boolean;
  /** It runs other command lines: the time is theirs, and `--timeout` is passed on to each. */
  readonly ofOthers?: true;
  /** How long it means to wait at most, when that is its own option: the default `--timeout` is added to it. */
  waitMs?(input: AnyInput): number;
  /** Afterwards there is no cluster with which its result could be kept. */
  removesCluster?(input: AnyInput): boolean;
  /** How long taking back what it began may take, when it is interrupted. */
  readonly unwindMs?: number;
  /** Throws ReplabError. */
  run(context: Context, input: AnyInput): Promise<Result>;
}

export type AnyInput = InputOf<Args, Options>;
type Args = Readonly<Record<string, Arg<unknown>>>;
type Options = Readonly<Record<string, Option<unknown>>>;

export interface Example {
  readonly run: string;
  readonly does: string;
}

/** `parse` gives the value or throws a UsageError whose message says what was expected. */
export interface Arg<T> {
  readonly placeholder: string;
  readonly summary: string;
  readonly required: boolean;
  readonly several: boolean;
  /** Options after the first word belong to the words: the last of several arguments only. */
  readonly verbatim?: true;
  /** What completion offers; nothing when left out. */
  readonly completes?: Completes;
  /** Every word given for it; empty when it was left out. */
  parse(words: readonly string[]): T;
}

export interface Option<T> {
  /** Null: a flag without a value. */
  readonly placeholder: string | null;
  readonly summary: string;
  /** As help shows it; null when leaving it out means something of its own. */
  readonly fallback: string | null;
  /** What completion offers for its value. */
  readonly completes?: Completes;
  /** Undefined when it was left out. A flag that is there is `''`. */
  parse(text: string | undefined): T;
}

export interface InputOf<A extends Args, O extends Options> {
  readonly args: { readonly [K in keyof A]: ReturnType<A[K]['parse']> };
  readonly options: { readonly [K in keyof O]: ReturnType<O[K]['parse']> };
}

/** What a command may use of the process it runs in. */
export interface Context {
  /** `-c`, else REPLAB_CLUSTER, else null. */
  readonly cluster: string | null;
  /** Where the clusters of this user live. */
  readonly root: string;
  /** The global `--timeout` in ms: how long anything may be waited for. */
  readonly timeoutMs: number;
  /** Begins at `--seed`, or anywhere; what was drawn from it is told with the result. */
  readonly chance: Chance;
  /** The result of the command line before, where a lab runs one after another; stands in `expect` as `last`. */
  readonly last: object | null;
  /** Clusters that are started end with this process, however that ends. */
  readonly bound: boolean;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** One line about what is going on; shown when it goes on for long. */
  progress(line: string): void;
  /** All of standard input. */
  stdin(): Promise<Buffer>;
  /** Runs another command line in this process, for this command's cluster unless it names another. */
  invoke(words: readonly string[], how?: InvokeOptions): Promise<Invoked>;
}

export interface InvokeOptions {
  /**
   * Nobody can end it or type into it, and what it says is put elsewhere: what goes on for ever, or reads
   * standard input, is refused at once, and its text has no colours.
   */
  readonly unattended?: boolean;
  readonly elsewhere?: Elsewhere;
  /** Ends it, as the end of this command line does. */
  readonly signal?: AbortSignal;
}

/** Where a command line runs that is not simply another of the same user: in a state directory of its own. */
export interface Elsewhere {
  readonly root: string;
  readonly last: object | null;
  readonly bound: boolean;
}

/** What became of a command line, and what it would have printed. */
export interface Invoked {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** Its document; null when it gave a stream, or help. */
  readonly document: object | null;
}

/** A JSON document; `schema` says which, and its version. */
export interface Document {
  readonly schema: string;
}

export interface DocumentResult {
  readonly kind: 'document';
  readonly json: Document;
  /** For people; lines without a newline at the end. */
  text(style: Style): string;
  readonly exit?: ExitCode;
  /** Beside the result, on standard error: what scripts that read the text do not want in it. */
  note?(style: Style): string;
  /** Commands that are useful now. */
  readonly next?: readonly string[];
}

/** Items as they come: lines for people, or one JSON document a line. */
export interface StreamResult {
  readonly kind: 'stream';
  readonly items: AsyncIterable<StreamItem>;
  /** Said beside an empty stream, so that people do not wonder. */
  readonly empty?: string;
  /** Asked when the items have ended; 0 without it. */
  exit?(): ExitCode;
}

/** Null: nothing for this kind of reader. */
export interface StreamItem {
  readonly json: unknown;
  text(style: Style): string | null;
}

/** What a screen begins with. */
export interface ScreenOptions {
  readonly view: string;
  /** At most one frame in this time. */
  readonly everyMs: number;
  /** Seven-bit characters only. */
  readonly ascii: boolean;
  /** Lines, on a terminal too. */
  readonly plain: boolean;
  /** One frame, and no more. */
  readonly once: boolean;
  /** The cluster was named, so what is typed elsewhere must name it too. */
  readonly named: boolean;
}

/** Something to look at as it changes: a screen where there is one, else the stream. */
export interface ScreenResult {
  readonly kind: 'screen';
  /** Closed by whoever shows it. */
  readonly cluster: Cluster;
  readonly options: ScreenOptions;
  /** Runs what a key stands for. */
  readonly invoke: Context['invoke'];
  stream(): StreamResult;
}

/** Command lines, one after another, from a terminal or from standard input. */
export interface ShellResult {
  readonly kind: 'shell';
  /** Of a script: whatever fails. */
  readonly keepGoing: boolean;
  /** What stands before the mark of the prompt. */
  readonly prompt: string;
}

/** Labs, which are a room above the commands: the command line carries it out. */
export interface LabResult {
  readonly kind: 'lab';
  readonly context: Context;
  readonly asked: LabAsked;
}

export interface LabAsked {
  readonly action: LabAction;
  readonly names: readonly string[];
  /** Null: those that come with replab. */
  readonly dir: string | null;
  readonly all: boolean;
  readonly coverage: boolean;
  readonly repeat: number;
  readonly jobs: number;
  readonly keep: boolean;
  readonly withoutFix: boolean;
  /** Each command in a process of its own, as people run them. */
  readonly asProcesses: boolean;
  /** Lines, on a terminal too. */
  readonly ci: boolean;
  readonly tap: boolean;
  readonly junit: string | null;
}

export const labActions = ['list', 'show', 'run', 'step', 'new'] as const;
export type LabAction = (typeof labActions)[number];

export type Result = DocumentResult | StreamResult | ScreenResult | ShellResult | LabResult;

/** Ties the types of `run`'s input to the declared arguments and options. */
export function defineCommand<const A extends Args, const O extends Options>(
  command: Omit<Command, 'args' | 'options' | 'run' | 'endless' | 'waitMs' | 'removesCluster'> & {
    readonly args: A;
    readonly options: O;
    endless?(input: InputOf<A, O>): boolean;
    waitMs?(input: InputOf<A, O>): number;
    removesCluster?(input: InputOf<A, O>): boolean;
    run(context: Context, input: InputOf<A, O>): Promise<Result>;
  },
): Command {
  return command;
}
