import { render, type Instance } from 'ink';
import { createElement } from 'react';
import { App, type Stage } from './app.ts';
import type { Size } from './scene.ts';

export interface ScreenIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly colour: boolean;
  /** Ends the screen in good order. */
  readonly signal: AbortSignal;
  /** Called with what gives the terminal back, for whoever must say something before the process ends. */
  onOpen(close: () => void): void;
}

/** A stage on the whole terminal, until it is over: by `end`, `fail`, or the signal. */
export class OnTerminal<T> {
  readonly #io: ScreenIo;
  readonly #stage: Stage;
  readonly #resize: (size: Size) => void;
  readonly #over = Promise.withResolvers<T>();
  #ink: Instance | null = null;

  constructor(io: ScreenIo, stage: Stage, resize: (size: Size) => void) {
    this.#io = io;
    this.#stage = stage;
    this.#resize = resize;
  }

  end(result: T): void {
    this.#over.resolve(result);
  }

  fail(error: unknown): void {
    this.#over.reject(error);
  }

  /** The terminal is given back before it answers, or throws. `shown`: called once there is something to see. */
  async show(shown: () => void = () => {}): Promise<T> {
    const { stdin, stdout, signal } = this.#io;
    const onResize = (): void => this.#resize(sizeOf(stdout));
    const onAbort = (): void => this.fail(signal.reason);
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
    unmounted.catch((error: unknown) => this.fail(error));
    shown();
    try {
      return await this.#over.promise;
    } finally {
      stdout.off('resize', onResize);
      signal.removeEventListener('abort', onAbort);
      ink.unmount();
      await unmounted.catch(() => {});
    }
  }

  /** All of it anew, whatever else has been written there. */
  redraw(): void {
    this.#io.stdout.write('\u001B[2J\u001B[H');
    this.#ink?.clear();
    this.#ink?.rerender(createElement(App, { stage: this.#stage }));
  }
}

export function sizeOf({ columns, rows }: { readonly columns?: number; readonly rows?: number }): Size {
  // A terminal that was given no size says 0.
  return { columns: columns || 80, rows: rows || 24 };
}
