import { ReplabError } from '../../control/errors.ts';
import type { Course } from '../../lab/course.ts';
import type { Progress } from '../../lab/progress.ts';
import type { Stage } from '../app.ts';
import type { Painter } from '../line.ts';
import { OnTerminal, sizeOf, type ScreenIo } from '../on-terminal.ts';
import { painterOf } from '../painter.ts';
import { labLines } from './frame.ts';
import { keyFor } from './keys.ts';
import { LabModel, type Effect } from './model.ts';

export interface LabIo extends ScreenIo {
  /** Told how far its reader came, however it ends. */
  onEnd(progress: Progress): void;
}

/**
 * Goes through a lab with its reader until it is left; throws why it ended otherwise. The terminal is given back
 * before either; the course is its caller's to close.
 */
export async function showLab(course: Course, progress: Progress, ascii: boolean, io: LabIo): Promise<void> {
  const model = new LabModel({ course, progress, ascii, size: sizeOf(io.stdout) });
  try {
    await new LabScreen(course, model, io).show();
  } finally {
    io.onEnd(model.progress);
  }
}

class LabScreen implements Stage {
  readonly #course: Course;
  readonly #model: LabModel;
  readonly #terminal: OnTerminal<void>;
  readonly #painter: Painter;
  #lines: readonly string[];
  #listener: (() => void) | null = null;
  #suspend: (use: () => void) => Promise<void> = () => Promise.resolve();

  constructor(course: Course, model: LabModel, io: ScreenIo) {
    this.#course = course;
    this.#model = model;
    this.#terminal = new OnTerminal(io, this, (size) => {
      model.resize(size);
      this.#changed();
    });
    this.#painter = painterOf(io.colour);
    this.#lines = labLines(model, this.#painter);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    return () => (this.#listener = null);
  };

  readonly lines = (): readonly string[] => this.#lines;

  onMounted(suspend: (use: () => void) => Promise<void>): void {
    this.#suspend = suspend;
  }

  /** Nothing is typed here. */
  paste(): void {}

  press(name: string): void {
    const effect = keyFor(this.#model, name)?.press(this.#model) ?? null;
    this.#changed();
    this.#carryOut(effect);
  }

  show(): Promise<void> {
    return this.#terminal.show();
  }

  #carryOut(effect: Effect | null): void {
    switch (effect) {
      case null:
        return;
      case 'play':
        return void this.#play();
      case 'leave':
        return this.#terminal.end();
      case 'interrupt':
        return this.#terminal.fail(new ReplabError('interrupted'));
      case 'suspend':
        return void this.#suspend(() => void process.kill(0, 'SIGTSTP'));
      case 'redraw':
        this.#terminal.redraw();
    }
  }

  async #play(): Promise<void> {
    this.#model.began();
    this.#changed();
    try {
      const seen = await this.#course.play(this.#model.at, (step) => {
        this.#model.stepped(step);
        this.#changed();
      });
      this.#model.ended(seen);
      this.#changed();
    } catch (error) {
      this.#terminal.fail(error);
    }
  }

  #changed(): void {
    this.#lines = labLines(this.#model, this.#painter);
    this.#listener?.();
  }
}
