import type { StreamItem } from '../commands/command.ts';
import type { Style } from '../commands/style.ts';
import { exitCodes, type ExitCode } from '../control/exit-codes.ts';
import type { Lab, Part } from './lab.ts';
import { LabRun, type RunSettings, type Step } from './lab-run.ts';
import { stepText } from './report-text.ts';
import { exitOf, worst, type Verdict } from './verdict.ts';

/** Lines as they are typed. */
export interface Typed {
  /** Null: there are no more. */
  next(): Promise<string | null>;
  close(): void;
}

export interface StepOptions extends RunSettings {
  readonly keep: boolean;
  readonly typed: Typed;
  readonly signal: AbortSignal;
  onExit(exit: ExitCode): void;
}

/**
 * One command after the other: each is shown, and run at Enter. A line that is typed instead is a command of
 * one's own, run on the same cluster; `q`, or the end of the input, leaves.
 */
export async function* stepLab(lab: Lab, options: StepOptions): AsyncGenerator<StreamItem> {
  const { typed, keep, onExit } = options;
  const run = new LabRun(lab, options);
  const verdicts: Verdict[] = [];
  try {
    yield said((style) => [
      style.bold(lab.front.title),
      style.dim(`Enter runs the next command, another command runs that one, q leaves.`),
      style.dim(`From another terminal: XDG_STATE_HOME=${run.place.dir} replab watch`),
    ]);
    yield* steps(lab, run, options, (step) => verdicts.push(step.verdict));
  } finally {
    typed.close();
    const { dir, left } = await run.close(keep);
    onExit(left === null ? exitOf[worst(verdicts)] : exitCodes.leftovers);
    if (left !== null) yield said((style) => [style.bad(left)]);
    else
      yield said(() =>
        dir === null ? ['The cluster is down.'] : ['The cluster is down.', `artifacts: ${dir}`],
      );
  }
}

async function* steps(
  lab: Lab,
  run: LabRun,
  { typed }: StepOptions,
  onStep: (step: Step) => void,
): AsyncGenerator<StreamItem> {
  for (const { heading, kind, parts } of lab.sections) {
    if (heading !== null) yield said((style) => ['', style.bold(`## ${heading}`)]);
    for (const part of parts) {
      if (part.kind === 'block') {
        for (const command of part.block.commands) {
          const next = said((style) => [`${style.dim(`${part.block.mark} >`)} ${command.text}`]);
          yield next;
          for (let line = await typed.next(); line !== ''; line = await typed.next()) {
            if (line === null || line === 'q') return;
            const { out, err } = await run.typed(line);
            yield said(() => [`${out}${err}`.trimEnd()]);
            yield next;
          }
          const step = await run.command(command, part.block.mark);
          onStep(step);
          const passed = step.verdict === 'passed';
          yield said((style) => [passed ? step.said : stepText(lab, step, style)]);
          if (!passed) return;
        }
      } else {
        const text =
          kind === 'explain' && part.kind === 'text'
            ? await run.fill(part.markdown, part.line)
            : proseOf(part);
        yield said(() => ['', text]);
      }
    }
  }
}

function proseOf(part: Exclude<Part, { kind: 'block' }>): string {
  if (part.kind === 'text') return part.markdown;
  return part.question.answers.map(({ text }) => `- ${text}`).join('\n');
}

function said(lines: (style: Style) => readonly string[]): StreamItem {
  return { json: null, text: (style) => lines(style).join('\n') };
}
