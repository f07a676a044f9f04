import { exitCodes } from '../control/exit-codes.ts';
import { defineCommand, type Invoked } from './command.ts';
import { commandLine } from './completes.ts';
import { completing, required, UsageError, verbatim } from './params.ts';
import type { Style } from './style.ts';

export const expectExit = defineCommand({
  name: 'expect-exit',
  summary: 'run a replab command that is meant to end with a certain exit code: exit 0 when it does, else 1',
  notes: [
    'For failures that are meant: a write that must be refused, an expectation that must not hold. Any failure will do? Then the shell has `! replab …`.',
    'The command runs in this process; what it prints is printed. `-c`, `--timeout` and the like are passed on to it, unless it has its own. `--` before it is optional.',
  ],
  args: {
    codes: required('CODE', 'the exit code, or several: 8,9', parseCodes),
    words: completing(commandLine, verbatim('COMMAND', 'a command line of replab, without the word replab')),
  },
  options: {},
  examples: [
    { run: 'replab expect-exit 4 -- get x --read n9', does: 'there is no n9' },
    { run: "replab expect-exit 1,2 expect '$count(leaders) = 2'", does: 'false, or cannot be told' },
  ],
  ofOthers: true,
  unwindMs: 17_000,
  async run(context, { args: { codes, words: line } }) {
    const command = line[0] === '--' ? line.slice(1) : line;
    const invoked = await context.invoke(command);
    context.signal.throwIfAborted();
    const held = codes.includes(invoked.exit);
    return {
      kind: 'document',
      json: {
        schema: 'replab.expect-exit/1',
        command,
        expected: codes,
        seen: invoked.exit,
        document: invoked.document,
      },
      // A fault of ours is never what was meant by mistake.
      exit: held
        ? exitCodes.ok
        : invoked.exit === exitCodes.internal
          ? exitCodes.internal
          : exitCodes.violated,
      text: (style) => textOf(codes, invoked, held, style),
      note: () => invoked.err.trimEnd(),
    };
  },
});

function textOf(codes: readonly number[], { exit, out }: Invoked, held: boolean, style: Style): string {
  const verdict = held
    ? style.good(`exit ${exit}, as expected`)
    : style.bad(`exit ${exit}, expected ${codes.join(' or ')}`);
  return `${out}${verdict}`;
}

function parseCodes(text: string): readonly number[] {
  const codes = text.split(',').map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : Number.NaN));
  if (codes.every((code) => code <= 255)) return codes;
  throw new UsageError('an exit code such as 8, or several such as 8,9');
}
