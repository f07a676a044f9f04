import type { Context, LabResult, ScreenResult, ShellResult } from '../commands/command.ts';
import type { Told } from './document.ts';
import type { Output } from './output.ts';
import type { Parsed } from './parse.ts';
import type { Progress } from './progress.ts';
import type { Interrupts } from './run.ts';

export type Globals = Parsed['globals'];

/** Where a command line runs: the process, a line of the shell, another command. */
export interface Host {
  out(text: string): void;
  err(text: string): void;
  readonly colour: boolean;
  /** How wide the terminal is now; not known, when left out. */
  columns?(): number | undefined;
  readonly interrupts: Interrupts;
  stdin(): Promise<Buffer>;
  progress(enabled: boolean): Progress;
  /** Takes the terminal for a screen until it is left; null where there is none: it is lines then. */
  readonly show: ((screen: ScreenResult, output: Output, signal: AbortSignal) => Promise<void>) | null;
  /** Goes through a lab on the terminal, and answers the exit code; null where it is lines. */
  readonly showLab?: (result: LabResult, output: Output, signal: AbortSignal) => Promise<number | null>;
  /** Runs lines of a terminal or of standard input; null where there is a shell already, or nobody types. */
  readonly shell: ((asked: ShellResult, inherited: Globals, output: Output) => Promise<number>) | null;
  /** Nobody can end what runs here: what goes on for ever is refused. */
  readonly unattended?: boolean;
  /** Where the clusters are it is about; this user's when left out. */
  readonly root?: string;
  /** None, when left out. */
  readonly last?: Context['last'];
  /** Not, when left out. */
  readonly bound?: Context['bound'];
  /** What the command line is given unless it says otherwise. */
  readonly inherited: Globals;
  /** Told what was printed as one document, or would have been with `--json`. */
  onDocument?(document: Told): void;
}
