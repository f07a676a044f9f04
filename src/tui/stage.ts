import type { Stage } from './app.ts';
import type { Model } from './model.ts';
import type { Effect } from './view-state.ts';

/** What comes together is drawn together. */
const togetherMs = 15;
/** While something moves on although nothing is heard. */
const tickMs = 500;

/**
 * Between the model and Ink: draws at most once in `everyMs`, what a key did at once, and nothing when nothing
 * has changed. A timer runs only while the picture moves by itself.
 */
export class LiveStage implements Stage {
  readonly #model: Model;
  readonly #everyMs: number;
  readonly #onEffect: (effect: Effect | null) => void;
  #listener: (() => void) | null = null;
  #lines: readonly string[];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #draw: NodeJS.Timeout | null = null;
  #tick: NodeJS.Timeout | null = null;
  #suspend: (use: () => void) => Promise<void> = () => Promise.resolve();
  #stopped = false;

  constructor(model: Model, everyMs: number, onEffect: (effect: Effect | null) => void) {
    this.#model = model;
    this.#everyMs = everyMs;
    this.#onEffect = onEffect;
    this.#lines = model.frame();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    return () => (this.#listener = null);
  };

  readonly lines = (): readonly string[] => this.#lines;

  press(name: string): void {
    const effect = this.#model.press(name);
    this.changed(true);
    this.#onEffect(effect);
  }

  paste(text: string): void {
    this.#model.paste(text);
    this.changed(true);
  }

  onMounted(suspend: (use: () => void) => Promise<void>): void {
    this.#suspend = suspend;
  }

  /** Stops the whole foreground group, as the terminal itself would; goes on after `fg`. */
  async suspend(): Promise<void> {
    await this.#suspend(() => void process.kill(0, 'SIGTSTP'));
  }

  changed(atOnce = false): void {
    if (this.#stopped) return;
    if (atOnce) return this.#drawNow();
    const inMs = Math.max(togetherMs, this.#drawnAt + this.#everyMs - performance.now());
    this.#draw ??= setTimeout(() => this.#drawNow(), inMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#draw ?? undefined);
    clearTimeout(this.#tick ?? undefined);
  }

  #drawNow(): void {
    clearTimeout(this.#draw ?? undefined);
    this.#draw = null;
    this.#drawnAt = performance.now();
    const lines = this.#model.frame();
    if (lines !== this.#lines) {
      this.#lines = lines;
      this.#listener?.();
    }
    if (!this.#model.isMoving) return;
    this.#tick ??= setTimeout(() => {
      this.#tick = null;
      this.#model.tick(performance.now());
      this.changed();
    }, tickMs);
  }
}
