import type { AnyInput, Command, Context, Result } from '../commands/command.ts';
import { exitCodeOf, ReplabError } from '../control/errors.ts';
import { formatDuration } from '../lib/duration.ts';
import { defaultTimeoutMs } from './global-options.ts';

export interface RunOptions {
  readonly command: Command;
  readonly input: AnyInput;
  /** Null: `--timeout` was not given. */
  readonly timeoutMs: number | null;
  readonly interrupts: Interrupts;
  context(signal: AbortSignal, timeoutMs: number): Context;
  /** Prints the result, streams included: their time counts too. */
  finish(result: Result, signal: AbortSignal): Promise<void>;
}

/**
 * Commands bound their own waits by `--timeout`; this much later the whole command is ended. One that has
 * something to take back is ended on time: its end is orderly either way.
 */
const backstopMs = 500;

/**
 * Runs a command until it is done, its time is up, or the user interrupts it. One that began something it
 * must take back (`up`) is given its `unwindMs` to do so; the error is then still the interruption.
 */
export async function runCommand(options: RunOptions): Promise<void> {
  const { command, input, interrupts } = options;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const aborter = new AbortController();
  const wholeMs =
    command.ofOthers === true || (options.timeoutMs === null && command.endless?.(input) === true)
      ? null
      : timeoutMs +
        (options.timeoutMs === null ? (command.waitMs?.(input) ?? 0) : 0) +
        (command.unwindMs === undefined ? backstopMs : 0);
  const ended = Promise.withResolvers<never>();
  const end = (error: ReplabError): void => {
    aborter.abort(error);
    ended.reject(error);
  };
  const timer =
    wholeMs === null ? undefined : setTimeout(() => end(tooLong(command.name, timeoutMs)), wholeMs);
  interrupts.onFirst = end;
  const work = (async () =>
    options.finish(await command.run(options.context(aborter.signal, timeoutMs), input), aborter.signal))();
  try {
    await Promise.race([work, ended.promise]);
  } catch (error) {
    if (aborter.signal.aborted) await settled(work, command.unwindMs ?? 0);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function tooLong(name: string, timeoutMs: number): ReplabError {
  return new ReplabError('timeout', { what: `replab ${name}`, within: formatDuration(timeoutMs) });
}

async function settled(work: Promise<void>, withinMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, withinMs);
  await Promise.race([work.catch(() => {}), promise]);
  clearTimeout(timer);
}

export interface Interrupts {
  onFirst: (error: ReplabError) => void;
}

export interface CaughtInterrupts extends Interrupts {
  /** Counts from the first again, for another command in this process; its second is then `onSecond`'s. */
  renew(onSecond: (code: number) => void): void;
}

/** The first SIGINT or SIGTERM ends the command in good order, the second ends the process. */
export function catchInterrupts(exit: (code: number) => void): CaughtInterrupts {
  let count = 0;
  let second = exit;
  const interrupts: CaughtInterrupts = {
    // Before a command runs there is nothing to end in good order.
    onFirst: (error) => exit(exitCodeOf(error)),
    renew(onSecond) {
      count = 0;
      second = onSecond;
    },
  };
  const caught = (code: 'interrupted' | 'terminated', exitCode: number): void => {
    count += 1;
    if (count > 1) second(exitCode);
    else interrupts.onFirst(new ReplabError(code));
  };
  process.on('SIGINT', () => caught('interrupted', 130));
  process.on('SIGTERM', () => caught('terminated', 143));
  return interrupts;
}
