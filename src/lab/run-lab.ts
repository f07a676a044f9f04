import { describeError, toReplabError } from '../control/errors.ts';
import { exitCodes } from '../control/exit-codes.ts';
import { askedAbout, keptByFix } from './kept-by-fix.ts';
import {
  chaptersOf,
  type Block,
  type BlockMark,
  type Chapter,
  type CommandLine,
  type Lab,
  type Section,
} from './lab.ts';
import { LabRun, type RunSettings, type Step } from './lab-run.ts';
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
    for (const chapter of chaptersOf(this.#run.lab)) {
      if (!(await this.#blocks(chapter))) return [];
      // Without the fix neither the answers nor the explanation need be right.
      if (this.#isFixLeftOut) continue;
      if (!(await this.#question(chapter))) return [];
      for (const section of chapter.sections) explained.push(...(await this.#explained(section)));
    }
    for (const step of await this.#run.missedFaults()) this.add(step);
    return explained;
  }

  /** False: something did not pass. */
  async #blocks({ sections }: Chapter): Promise<boolean> {
    for (const { parts } of sections) {
      for (const part of parts) {
        if (part.kind === 'block' && !(await this.#block(part.block))) return false;
      }
    }
    return true;
  }

  async #block({ mark, commands }: Block): Promise<boolean> {
    if (mark === 'fix' && this.#options.withoutFix) {
      this.#isFixLeftOut = true;
      return true;
    }
    for (const command of commands) {
      if (this.#options.signal.aborted) return false;
      const missing = this.#isFixLeftOut ? askedAbout(command, keptByFix(this.#run.lab)) : null;
      const step =
        missing === null ? await this.#run.command(command, mark) : unkeptStep(command, mark, missing);
      this.add(step);
      if (step.verdict !== 'passed') return false;
    }
    return true;
  }

  async #question({ question }: Chapter): Promise<boolean> {
    if (question === null) return true;
    const { step } = await this.#run.judge(question);
    this.add(step);
    return step.verdict === 'passed';
  }

  async #explained({ kind, parts }: Section): Promise<readonly string[]> {
    const texts: string[] = [];
    for (const part of parts) {
      if (part.kind !== 'text') continue;
      // Placeholders are checked wherever they stand.
      const text = await this.#run.fill(part.markdown, part.line);
      if (kind === 'explain') texts.push(text);
    }
    return texts;
  }
}

const noStep = {
  kind: 'command',
  line: 1,
  mark: null,
  exit: null,
  event: null,
  ms: 0,
  document: null,
} as const satisfies Partial<Step>;

/** What only the fix would have shown is not so without it. */
function unkeptStep({ line, text }: CommandLine, mark: BlockMark, name: string): Step {
  const said = `${name} is kept by the fix, which was left out.`;
  return { ...noStep, line, text, mark, verdict: 'failed', exit: exitCodes.violated, said };
}

function errorStep(thrown: unknown): Step {
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
