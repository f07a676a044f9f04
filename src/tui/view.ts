import type { Line } from './line.ts';
import type { Scene, Size } from './scene.ts';

/** What a view fills its part of the screen with. */
export interface Body {
  /** At most as many as there are rows; each may be longer than the screen is wide, and is cut then. */
  readonly lines: readonly Line[];
  /** How far it can scroll. */
  readonly scrollMax: number;
  /** At the right of the tabs: which part of it this is. */
  readonly note: string;
  /** How many buckets of history it shows: it moves until they are all alike. */
  readonly buckets: number;
}

/** A pure function: the same scene and size, the same lines. */
export type View = (scene: Scene, size: Size) => Body;

export function body(lines: readonly Line[], note = '', scrollMax = 0): Body {
  return { lines, scrollMax, note, buckets: 0 };
}

/** The part of a list from `scroll` on that fits, and how far it can scroll. */
export function scrolled(lines: readonly Line[], rows: number, scroll: number): Body {
  const scrollMax = Math.max(0, lines.length - rows);
  const from = Math.min(scroll, scrollMax);
  const shown = lines.slice(from, from + rows);
  return body(
    shown,
    scrollMax === 0 ? '' : `${from + 1} to ${from + shown.length} of ${lines.length}`,
    scrollMax,
  );
}
