import { chaptersOf, type Chapter, type Lab } from './lab.ts';
import { LabRun, type RunSettings, type Step } from './lab-run.ts';
import { filledText, playChapter } from './play.ts';
import { errorStep, noStep } from './other-steps.ts';
import { worst, type Verdict } from './verdict.ts';

export interface RunOptions extends RunSettings {
  readonly withoutFix: boolean;
  readonly keep: boolean;
  readonly signal: AbortSignal;
  onStep?(step: Step): void;
}

/** What came of a lab. */
export interface LabResult {
  readonly lab: Lab;
  readonly verdict: Verdict;
  readonly seed: number;
  readonly steps: readonly Step[];
  readonly ms: number;
  /** Explanations, filled from this run; empty when it did not get there. */
  readonly explained: readonly string[];
  /** Where what happened is kept; null when it is not. */
  readonly dir: string | null;
  readonly again: string;
}

/** Runs a lab through, up to the first step that does not pass. Never rejects but for a fault of ours. */
export async function runLab(lab: Lab, options: RunOptions): Promise<LabResult> {
  const began = performance.now();
  const run = new LabRun(lab, options);
  const steps: Step[] = [];
  const through = new Through(run, options, (step) => {
    steps.push(step);
    options.onStep?.(step);
  });
  const explained = await through.run().catch((error: unknown) => {
    through.add(errorStep(error));
    return [];
  });
  const verdict = options.signal.aborted ? 'interrupted' : worst(steps.map((step) => step.verdict));
  const keep = options.keep || (verdict !== 'passed' && verdict !== 'interrupted' && !options.withoutFix);
  const result = { lab, seed: options.seed, steps, explained, again: options.again };
  const ms = Math.round(performance.now() - began);
  if (keep)
    run.place.write('result.json', `${JSON.stringify({ ...result, lab: lab.name, verdict, ms }, null, 2)}\n`);
  const { dir, left } = await run.close(keep);
  if (left !== null) steps.push({ ...noStep, text: 'down', verdict: 'broken', said: left });
  return { ...result, verdict: left === null ? verdict : 'broken', ms, dir };
}

/** One pass over the chapters. */
class Through {
  readonly #run: LabRun;
  readonly #options: RunOptions;
  readonly add: (step: Step) => void;
  #isFixLeftOut = false;

  constructor(run: LabRun, options: RunOptions, add: (step: Step) => void) {
    this.#run = run;
    this.#options = options;
    this.add = add;
  }

  /** Answers the explanations. */
  async run(): Promise<readonly string[]> {
    const explained: string[] = [];
    const { withoutFix, signal } = this.#options;
    for (const chapter of chaptersOf(this.#run.lab)) {
      const played = await playChapter(this.#run, chapter, { withoutFix, signal, add: this.add });
      if (played === 'stopped') return [];
      if (played === 'unfixed') this.#isFixLeftOut = true;
      // Without the fix neither the answers nor the explanation need be right.
      if (this.#isFixLeftOut) continue;
      if (!(await this.#question(chapter))) return [];
      for (const section of chapter.sections) {
        // Placeholders are checked wherever they stand.
        const text = await filledText(this.#run, section);
        if (section.kind === 'explain') explained.push(text);
      }
    }
    for (const step of await this.#run.missedFaults()) this.add(step);
    return explained;
  }

  /** False: it is not answered. */
  async #question({ question }: Chapter): Promise<boolean> {
    if (question === null) return true;
    const { step } = await this.#run.judge(question);
    this.add(step);
    return step.verdict === 'passed';
  }
}
