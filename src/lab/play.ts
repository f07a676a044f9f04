import { askedAbout, keptByFix } from './kept-by-fix.ts';
import type { Block, Chapter, Section } from './lab.ts';
import type { LabRun, Step } from './lab-run.ts';
import { unkeptStep } from './other-steps.ts';

export interface Playing {
  readonly withoutFix: boolean;
  readonly signal: AbortSignal;
  /** Told of each step as it has ended. */
  add(step: Step): void;
}

/** `stopped`: a step did not pass. `unfixed`: all did, but the fix was left out. */
export type Played = 'passed' | 'stopped' | 'unfixed';

/** Runs the commands of a chapter, up to the first that does not pass. */
export async function playChapter(run: LabRun, { sections }: Chapter, playing: Playing): Promise<Played> {
  let played: Played = 'passed';
  for (const { parts } of sections) {
    for (const part of parts) {
      if (part.kind !== 'block') continue;
      const one = await playBlock(run, part.block, playing);
      if (one === 'stopped') return one;
      if (one === 'unfixed') played = one;
    }
  }
  return played;
}

async function playBlock(run: LabRun, { mark, commands }: Block, playing: Playing): Promise<Played> {
  if (mark === 'fix' && playing.withoutFix) return 'unfixed';
  for (const command of commands) {
    if (playing.signal.aborted) return 'stopped';
    const missing = playing.withoutFix ? askedAbout(command, keptByFix(run.lab)) : null;
    const step = missing === null ? await run.command(command, mark) : unkeptStep(command, mark, missing);
    playing.add(step);
    if (step.verdict !== 'passed') return 'stopped';
  }
  return 'passed';
}

/** The text of a section, its placeholders filled from the run. */
export async function filledText(run: LabRun, { parts }: Section): Promise<string> {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.kind === 'text') texts.push(await run.fill(part.markdown, part.line));
  }
  return texts.join('\n\n');
}
