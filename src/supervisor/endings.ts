/** When things end by themselves, on the clock of `nowMs`. */
export interface Endings {
  /** Null: not by itself, or no longer. */
  set(id: string, at: number | null): void;
  of(id: string): number | null;
  /** Takes those whose time has come by now. */
  takeDue(): readonly string[];
  stop(): void;
}

/** Node runs a longer timer at once. */
const longestTimerMs = 2 ** 31 - 1;

/** `end` is called when something is due: to take it when its turn has come, since until then it may be put off. */
export function createEndings(nowMs: () => number, end: () => void): Endings {
  const due = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  const dueNow = (): readonly string[] => {
    const now = nowMs();
    return [...due].filter(([, at]) => at <= now).map(([id]) => id);
  };

  const wind = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (due.size === 0 || stopped) return;
    const waitMs = Math.max(0, Math.min(...due.values()) - nowMs());
    timer = setTimeout(ring, Math.min(longestTimerMs, Math.ceil(waitMs)));
  };

  const ring = (): void => {
    timer = null;
    // What is due rings once; `takeDue` and `set` wind it again.
    if (dueNow().length > 0) end();
    else wind();
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
    takeDue() {
      const taken = dueNow();
      for (const id of taken) due.delete(id);
      wind();
      return taken;
    },
    stop() {
      stopped = true;
      wind();
    },
  };
}
