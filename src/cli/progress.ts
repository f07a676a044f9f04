/** Says nothing about what is quick: the first line appears when something has gone on for this long. */
const quietMs = 1000;

export interface Progress {
  say(line: string): void;
  /** Ends it; on a terminal, what it wrote is gone. */
  end(): void;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Lines about what is going on: on a terminal in one place, else one under the other, each once. */
export function createProgress(stream: Stream, enabled: boolean): Progress {
  let latest: string | null = null;
  let shown: string | null = null;
  let open = false;
  const show = (): void => {
    if (!open || latest === null || latest === shown) return;
    shown = latest;
    if (stream.isTTY === true) stream.write(`\r\u001B[K${latest.slice(0, (stream.columns ?? 80) - 1)}`);
    else stream.write(`${latest}\n`);
  };
  const timer = setTimeout(() => {
    open = enabled;
    show();
  }, quietMs);
  timer.unref();
  return {
    say(line) {
      latest = line;
      show();
    },
    end() {
      clearTimeout(timer);
      if (shown !== null && stream.isTTY === true) stream.write('\r\u001B[K');
      open = false;
    },
  };
}
