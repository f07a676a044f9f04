import type { Snapshot } from '../cluster/snapshot.ts';
import { ReplabError } from '../control/errors.ts';
import { chaptersOf, type Chapter, type Lab } from './lab.ts';
import { LabRun, type RunSettings, type Step } from './lab-run.ts';
import { filledText, playChapter } from './play.ts';
import { errorStep } from './other-steps.ts';
import { worst, type Verdict } from './verdict.ts';

export interface CourseSettings extends RunSettings {
  readonly signal: AbortSignal;
}

/** What came of a chapter. */
export interface Seen {
  readonly verdict: Verdict;
  /** The answer that the run made right; null without a question, or when something did not pass. */
  readonly right: number | null;
  /** Sections to read afterwards, filled from this run. */
  readonly after: readonly { readonly heading: string; readonly text: string }[];
  /** How the cluster was in the end; null when it was not up. */
  readonly snapshot: Snapshot | null;
  /** With it as XDG_STATE_HOME the cluster, which is still up, can be looked at from elsewhere. */
  readonly stateHome: string | null;
}

/** A lab chapter by chapter, as a reader goes through it: back and again too. Chapters follow one another on one cluster. */
export class Course {
  readonly lab: Lab;
  readonly chapters: readonly Chapter[];
  readonly #settings: CourseSettings;
  readonly #leaving = new AbortController();
  #playing: Promise<unknown> = Promise.resolve();
  #run: LabRun | null = null;
  /** The chapter that the cluster is ready for. */
  #next = 0;
  #verdicts: Verdict[] = [];
  #isPlaying = false;

  /** `settings`: of commands that end when the signal says so. */
  constructor(lab: Lab, settings: (signal: AbortSignal) => CourseSettings) {
    this.lab = lab;
    this.#settings = settings(this.#leaving.signal);
    this.chapters = chaptersOf(lab);
  }

  /** Runs a chapter. One that has run is run again from the beginning, the chapters before it included. */
  play(index: number, onStep: (step: Step) => void): Promise<Seen> {
    const played = this.#playing.then(() => this.#play(index, onStep));
    this.#playing = played.catch(() => {});
    return played;
  }

  async #play(index: number, onStep: (step: Step) => void): Promise<Seen> {
    this.#isPlaying = true;
    const steps: Step[] = [];
    const add = (step: Step): void => {
      steps.push(step);
      onStep(step);
    };
    let seen: Omit<Seen, 'verdict'> = nothingSeen;
    try {
      seen = await this.#playTo(index, add);
    } catch (error) {
      add(errorStep(error));
    }
    const verdict = worst(steps.map((step) => step.verdict));
    this.#isPlaying = false;
    this.#verdicts[index] = verdict;
    return { ...seen, verdict };
  }

  /** The worst of what was played, each chapter as it was last. */
  get verdict(): Verdict {
    return worst(this.#verdicts.filter((one) => one !== undefined));
  }

  /** Ends what is under way and takes the cluster down; what happened is kept when something did not pass. */
  async close(): Promise<{ readonly dir: string | null; readonly left: string | null }> {
    const isPlaying = this.#isPlaying;
    this.#leaving.abort(new ReplabError('interrupted'));
    await this.#playing;
    const run = this.#run;
    this.#run = null;
    const isWorthKeeping = !isPlaying && !['passed', 'interrupted'].includes(this.verdict);
    return run === null ? { dir: null, left: null } : await run.close(isWorthKeeping);
  }

  async #playTo(index: number, add: (step: Step) => void): Promise<Omit<Seen, 'verdict'>> {
    if (this.#run === null || this.#next !== index) await this.#restart();
    while (this.#next < index) if (!(await this.#commands(this.#next, add))) return nothingSeen;
    if (!(await this.#commands(index, add))) return nothingSeen;
    return await this.#lookAt(index, add);
  }

  async #restart(): Promise<void> {
    await this.#run?.close(false);
    this.#run = new LabRun(this.lab, this.#settings);
    this.#next = 0;
  }

  async #commands(index: number, add: (step: Step) => void): Promise<boolean> {
    const { signal } = this.#settings;
    // Should it stop midway, the cluster is ready for no chapter.
    this.#next = Number.NaN;
    const played = await playChapter(this.#run!, this.chapters[index]!, { withoutFix: false, signal, add });
    this.#next = index + 1;
    return played === 'passed';
  }

  async #lookAt(index: number, add: (step: Step) => void): Promise<Omit<Seen, 'verdict'>> {
    const run = this.#run!;
    const { question, sections } = this.chapters[index]!;
    let right: number | null = null;
    if (question !== null) {
      const judged = await run.judge(question);
      if (judged.step.verdict !== 'passed') add(judged.step);
      right = judged.step.verdict === 'passed' ? judged.right[0]! : null;
    }
    const last = sections.findLastIndex(({ parts }) => parts.some(({ kind }) => kind === 'block'));
    const after: { heading: string; text: string }[] = [];
    for (const section of sections.slice(last + 1)) {
      if (section.kind === 'hints' || section.heading === null) continue;
      after.push({ heading: section.heading, text: await filledText(run, section) });
    }
    if (index === this.chapters.length - 1) for (const step of await run.missedFaults()) add(step);
    return { right, after, snapshot: await run.snapshot(), stateHome: run.place.dir };
  }
}

const nothingSeen = { right: null, after: [], snapshot: null, stateHome: null } as const;
