/** When things end by themselves, on the clock of `nowMs`. */
export interface Endings {
  /** Null: not by itself, or no longer. */
  set(id: string, at: number | null): void;
  of(id: string): number | null;
  stop(): void;
}

/** Node runs a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1;

/** `end` is told of all whose time has come, together. */
export function createEndings(nowMs: () => number, end: (ids: readonly string[]) => void): Endings {
  const due = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const wind = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (due.size === 0 || stopped) return;
    const waitMs = Math.max(0, Math.min(...due.values()) - nowMs());
    timer = setTimeout(ring, Math.min(longestTimerMs, Math.ceil(waitMs)));
  };

  const ring = (): void => {
    const now = nowMs();
    const ended = [...due].filter(([, at]) => at <= now).map(([id]) => id);
    for (const id of ended) due.delete(id);
    wind();
    if (ended.length > 0) end(ended);
  };

  return {
    set(id, at) {
      if (at === null) due.delete(id);
      else due.set(id, at);
      wind();
    },
    of(id) {
      const at = due.get(id);
      return at === undefined ? null : Math.round(at);
    },
    stop() {
      stopped = true;
      wind();
    },
  };
}
