import { describeError, toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import type { BlockMark, CommandLine } from './lab.ts';
import type { Step } from './lab-run.ts';

/** What is the same in all of them. */
export const noStep = {
  kind: 'command',
  line: 1,
  mark: null,
  exit: null,
  event: null,
  ms: 0,
  document: null,
} as const satisfies Partial<Step>;

/** A lab ended by an error: a mistake in it, or a fault of ours. */
export function errorStep(thrown: unknown): Step {
  const error = toReplabError(thrown);
  const { what, why } = describeError(error);
  const { line } = error.facts;
  const isMistake = error.code === 'bad-lab';
  return {
    ...noStep,
    line: typeof line === 'number' ? line : 1,
    text: isMistake ? 'this line' : error.code,
    verdict: isMistake ? 'mistake' : 'broken',
    said: isMistake ? why : `${what} ${why}`,
  };
}

/** What only the fix would have shown is not so without it. */
export function unkeptStep({ line, text }: CommandLine, mark: BlockMark, name: string): Step {
  const said = `${name} is kept by the fix, which was left out.`;
  return { ...noStep, line, text, mark, verdict: 'failed', exit: exitCodes.violated, said };
}
