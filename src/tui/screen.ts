import type { ScreenResult } from '../commands/command.ts';
import type { ViewName } from '../commands/watch.ts';
import { ReplabError } from '../control/errors.ts';
import { createDiffReader, type DiffReader } from './diff-reader.ts';
import { follow } from './feed.ts';
import { commandLine, invoked } from './invoke.ts';
import { Model } from './model.ts';
import { OnTerminal, sizeOf, type ScreenIo } from './on-terminal.ts';
import { painterOf } from './painter.ts';
import { LiveStage } from './stage.ts';
import type { Effect } from './view-state.ts';

/**
 * Shows a cluster until it is left, ends, or the signal says so. Answers with the line that says why it ended;
 * throws why it failed. The terminal is given back before either.
 */
export async function showScreen(screen: ScreenResult, io: ScreenIo): Promise<string> {
  const { cluster, options } = screen;
  try {
    const snapshot = await cluster.freshSnapshot();
    const model = new Model({
      snapshot,
      view: options.view as ViewName,
      ascii: options.ascii,
      painter: painterOf(io.colour),
      size: sizeOf(io.stdout),
      nowMs: performance.now(),
    });
    return await new Screen(screen, io, model).show();
  } finally {
    cluster.close();
  }
}

class Screen {
  readonly #screen: ScreenResult;
  readonly #model: Model;
  readonly #stage: LiveStage;
  readonly #diffs: DiffReader;
  readonly #terminal: OnTerminal<string>;

  constructor(screen: ScreenResult, io: ScreenIo, model: Model) {
    this.#screen = screen;
    this.#model = model;
    this.#stage = new LiveStage(model, screen.options.everyMs, (effect) => this.#carryOut(effect));
    this.#terminal = new OnTerminal(io, this.#stage, (size) => {
      model.resize(size);
      this.#stage.changed(true);
    });
    this.#diffs = createDiffReader((diff) => {
      model.compared(diff);
      this.#stage.changed();
    });
  }

  async show(): Promise<string> {
    try {
      return await this.#terminal.show(() => {
        void this.#follow();
        this.#lookCloser();
      });
    } finally {
      this.#stage.stop();
      this.#diffs.stop();
    }
  }

  async #follow(): Promise<void> {
    const { snapshot } = this.#model.seen;
    try {
      await follow(this.#screen.cluster, snapshot, this.#screen.options.everyMs, {
        event: (event) => {
          this.#model.add([event]);
          this.#stage.changed();
        },
        snapshot: (now) => {
          this.#model.receive(now, performance.now());
          this.#lookCloser();
          this.#stage.changed();
        },
        silent: (ms) => {
          this.#model.silent(ms);
          this.#stage.changed();
        },
      });
      this.#terminal.end(`watch ended: ${this.#screen.cluster.name} was taken down`);
    } catch (error) {
      this.#terminal.fail(error);
    }
  }

  #carryOut(effect: Effect | null): void {
    this.#lookCloser();
    switch (effect?.kind) {
      case undefined:
        return;
      case 'run':
        return void this.#run(effect.words);
      case 'leave':
        return this.#terminal.end(
          `watch left; ${this.#screen.cluster.name} goes on. See \`replab status\`, \`replab down\`.`,
        );
      case 'interrupt':
        return this.#terminal.fail(new ReplabError('interrupted'));
      case 'suspend':
        return void this.#stage.suspend();
      case 'redraw':
        return this.#terminal.redraw();
    }
  }

  async #run(words: readonly string[]): Promise<void> {
    const { cluster, options } = this.#screen;
    const run = this.#model.began(commandLine(words, options.named ? cluster.name : null), words);
    this.#stage.changed(true);
    this.#model.ended(run, await invoked(this.#screen, words));
    this.#stage.changed(true);
  }

  /** Contents are read while they are looked at, and when they should not differ and do. */
  #lookCloser(): void {
    const { snapshot } = this.#model.seen;
    const { view, zoomed } = this.#model.state;
    const isShown = view === 'keys' && !zoomed;
    if (isShown || snapshot.divergence.state === 'diverged') this.#diffs.look(snapshot);
  }
}
