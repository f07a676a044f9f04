import { render, type Instance } from 'ink';
import { createElement } from 'react';
import type { ScreenResult } from '../commands/command.ts';
import type { ViewName } from '../commands/watch.ts';
import { ReplabError } from '../control/errors.ts';
import { App } from './app.ts';
import { createDiffReader, type DiffReader } from './diff-reader.ts';
import { follow } from './feed.ts';
import { commandLine, invoked } from './invoke.ts';
import { Model } from './model.ts';
import { painterOf } from './painter.ts';
import { LiveStage } from './stage.ts';
import type { Size } from './scene.ts';
import type { Effect } from './view-state.ts';

export interface ScreenIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly colour: boolean;
  /** Ends the screen in good order. */
  readonly signal: AbortSignal;
  /** Called with what gives the terminal back, for whoever must say something before the process ends. */
  onOpen(close: () => void): void;
}

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
  readonly #io: ScreenIo;
  readonly #model: Model;
  readonly #stage: LiveStage;
  readonly #diffs: DiffReader;
  readonly #over = Promise.withResolvers<string>();
  #ink: Instance | null = null;

  constructor(screen: ScreenResult, io: ScreenIo, model: Model) {
    this.#screen = screen;
    this.#io = io;
    this.#model = model;
    this.#stage = new LiveStage(model, screen.options.everyMs, (effect) => this.#carryOut(effect));
    this.#diffs = createDiffReader((diff) => {
      model.compared(diff);
      this.#stage.changed();
    });
  }

  async show(): Promise<string> {
    const { stdin, stdout, signal } = this.#io;
    const onResize = (): void => {
      this.#model.resize(sizeOf(stdout));
      this.#stage.changed(true);
    };
    const onAbort = (): void => this.#over.reject(signal.reason);
    // Before Ink's own listener: the lines must fit when Ink lays them out again.
    stdout.on('resize', onResize);
    signal.addEventListener('abort', onAbort, { once: true });
    const ink = render(createElement(App, { stage: this.#stage }), {
      stdin,
      stdout,
      exitOnCtrlC: false,
      patchConsole: false,
      alternateScreen: true,
      incrementalRendering: true,
      interactive: true,
    });
    this.#ink = ink;
    this.#io.onOpen(() => ink.unmount());
    const unmounted = ink.waitUntilExit();
    unmounted.catch((error: unknown) => this.#over.reject(error));
    void this.#follow();
    this.#lookCloser();
    try {
      return await this.#over.promise;
    } finally {
      this.#stage.stop();
      this.#diffs.stop();
      stdout.off('resize', onResize);
      signal.removeEventListener('abort', onAbort);
      ink.unmount();
      await unmounted.catch(() => {});
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
      this.#over.resolve(`watch ended: ${this.#screen.cluster.name} was taken down`);
    } catch (error) {
      this.#over.reject(error);
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
        return this.#over.resolve(
          `watch left; ${this.#screen.cluster.name} goes on. See \`replab status\`, \`replab down\`.`,
        );
      case 'interrupt':
        return this.#over.reject(new ReplabError('interrupted'));
      case 'suspend':
        return void this.#stage.suspend();
      case 'redraw':
        return this.#redraw();
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

  #redraw(): void {
    this.#io.stdout.write('\u001B[2J\u001B[H');
    this.#ink?.clear();
    this.#ink?.rerender(createElement(App, { stage: this.#stage }));
  }
}

export function sizeOf({ columns, rows }: { readonly columns?: number; readonly rows?: number }): Size {
  // A terminal that was given no size says 0.
  return { columns: columns || 80, rows: rows || 24 };
}
