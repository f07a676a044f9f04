import type { Chapter, Section } from '../../lab/lab.ts';
import type { Course, Seen } from '../../lab/course.ts';
import type { Step } from '../../lab/lab-run.ts';
import type { Progress } from '../../lab/progress.ts';
import type { Size } from '../scene.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs } from '../glyphs.ts';

export const phases = ['predict', 'run', 'observe', 'explain'] as const;
export type Phase = (typeof phases)[number];

/** What a key asks of whoever shows this. */
export type Effect = 'play' | 'leave' | 'interrupt' | 'suspend' | 'redraw';

/** A chapter as its reader has it. */
export interface ChapterState {
  /** The answer that was chosen; null: none, or it was skipped. */
  readonly choice: number | null;
  readonly skipped: boolean;
  /** What may be looked at: later pages are hidden until they are reached. */
  readonly reached: Phase;
  readonly playing: boolean;
  readonly steps: readonly Step[];
  /** Null until it has run. */
  readonly seen: Seen | null;
  /** Its explanation was reached, once. */
  readonly read: boolean;
  /** How many hints were asked for. */
  readonly hints: number;
}

const unread: ChapterState = {
  choice: null,
  skipped: false,
  reached: 'predict',
  playing: false,
  steps: [],
  seen: null,
  read: false,
  hints: 0,
};

export interface LabModelOptions {
  readonly course: Pick<Course, 'lab' | 'chapters'>;
  readonly progress: Progress;
  readonly ascii: boolean;
  readonly size: Size;
}

/** All that is known of a lab that is being gone through, and what keys make of it. */
export class LabModel {
  readonly course: LabModelOptions['course'];
  readonly glyphs: Glyphs;
  readonly ascii: boolean;
  #size: Size;
  #chapters: readonly ChapterState[];
  #answers: readonly (boolean | null)[];
  at: number;
  phase: Phase = 'predict';
  /** Lines above the first that is shown; null: the end is followed. */
  scroll: number | null = 0;
  scrollMax = 0;

  constructor({ course, progress, ascii, size }: LabModelOptions) {
    this.course = course;
    this.ascii = ascii;
    this.glyphs = ascii ? asciiGlyphs : unicodeGlyphs;
    this.#size = size;
    this.#chapters = course.chapters.map(() => unread);
    const isDone = progress.chapter >= course.chapters.length;
    this.at = isDone ? 0 : progress.chapter;
    this.#answers = isDone ? [] : progress.answers.slice(0, this.at);
  }

  get size(): Size {
    return this.#size;
  }

  get chapter(): Chapter {
    return this.course.chapters[this.at]!;
  }

  get state(): ChapterState {
    return this.#chapters[this.at]!;
  }

  /** The items of the chapter's lists of hints; where it has none, of the whole lab's. */
  get hints(): readonly string[] {
    const own = hintsIn(this.chapter.sections);
    return own.length > 0 ? own : hintsIn(this.course.lab.sections);
  }

  get isLast(): boolean {
    return this.at === this.course.chapters.length - 1;
  }

  /** Right answers, and questions that were answered. */
  get score(): { readonly right: number; readonly asked: number } {
    const asked = this.#answers.filter((one) => one !== null);
    return { right: asked.filter((one) => one).length, asked: asked.length };
  }

  get progress(): Progress {
    const { read } = this.state;
    return { chapter: this.at + (read ? 1 : 0), answers: this.#answers };
  }

  resize(size: Size): void {
    this.#size = size;
  }

  change(change: Partial<ChapterState>): void {
    this.#chapters = this.#chapters.with(this.at, { ...this.state, ...change });
  }

  /** To a page that has been reached, or the next. */
  show(phase: Phase): void {
    this.phase = phase;
    this.scroll = phase === 'run' ? null : 0;
    const { reached } = this.state;
    if (phases.indexOf(phase) > phases.indexOf(reached)) this.change({ reached: phase });
    if (phase === 'explain') this.change({ read: true });
  }

  goTo(chapter: number, phase: Phase): void {
    this.at = chapter;
    this.show(phase);
  }

  began(): void {
    this.change({ playing: true, steps: [], seen: null });
    this.show('run');
  }

  stepped(step: Step): void {
    this.change({ steps: [...this.state.steps, step] });
  }

  /** The first answer counts, however often it is run. */
  ended(seen: Seen): void {
    this.change({ playing: false, seen });
    const { choice } = this.state;
    if (seen.verdict !== 'passed' || this.#answers[this.at] !== undefined) return;
    const answers = Array.from({ length: this.at + 1 }, (_, i) => this.#answers[i] ?? null);
    answers[this.at] = choice === null || seen.right === null ? null : choice === seen.right;
    this.#answers = answers;
  }
}

function hintsIn(sections: readonly Section[]): readonly string[] {
  return sections
    .filter(({ kind }) => kind === 'hints')
    .flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'text' ? [part.markdown] : [])))
    .flatMap((markdown) => markdown.split(/\n(?=[-*] )/).map((item) => item.replace(/^[-*] /, '')));
}
