import type { ScreenResult } from '../commands/command.ts';
import { printStream, wantsColour, type Output } from './output.ts';

export interface ShowOptions {
  readonly output: Output;
  readonly signal: AbortSignal;
  /** Called with what gives the terminal back, once there is a screen. */
  onOpen(close: () => void): void;
}

/** A screen where there is one to show it on, else lines. The screen's code is read only then. */
export async function show(result: ScreenResult, { output, signal, onOpen }: ShowOptions): Promise<void> {
  const { stdin, stdout, env } = process;
  const { plain, once } = result.options;
  if (plain || (!once && !canShow(env))) {
    await printStream(result.stream(), output, false);
    return;
  }
  const colour = wantsColour(stdout, env);
  if (once) {
    const { frameOnce } = await import('../tui/once.ts');
    const size = {
      columns: sizeOr(stdout.columns, env['COLUMNS'], 80),
      rows: sizeOr(stdout.rows, env['LINES'], 24),
    };
    output.out(`${await frameOnce(result, size, colour)}\n`);
    return;
  }
  // React and its reconciler are several times as slow otherwise; they look when they are loaded.
  env['NODE_ENV'] = 'production';
  const { showScreen } = await import('../tui/screen.ts');
  const why = await showScreen(result, {
    stdin,
    stdout,
    colour,
    signal,
    onOpen,
  });
  if (!output.quiet) output.err(`${output.style.dim(why)}\n`);
}

/** Keys need a terminal to be read from, the screen one that can move its cursor; screen readers need lines. */
export function canShow(env: NodeJS.ProcessEnv): boolean {
  const { stdin, stdout } = process;
  return stdin.isTTY && stdout.isTTY && env['TERM'] !== 'dumb' && env['INK_SCREEN_READER'] !== 'true';
}

function sizeOr(known: number | undefined, given: string | undefined, fallback: number): number {
  // A terminal that was given no size says 0.
  if (known !== undefined && known > 0) return known;
  return /^[1-9]\d{0,3}$/.test(given ?? '') ? Number(given) : fallback;
}
