import { maxControlLineBytes } from './message.ts';

/** One value as a line of NDJSON. */
export function encodeLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

export interface LineHandlers {
  onValue(value: unknown): void;
  /** Not JSON, or longer than the bound: the rest of the stream is not read. Called at most once. */
  onGarbage(reason: string): void;
}

const newline = 0x0a;

/**
 * Cuts a byte stream into lines and parses each. Chunks may end anywhere, inside a character too. Memory is
 * bounded by `maxBytes`, whatever comes. Empty lines are skipped.
 */
export function createLineReader(
  handlers: LineHandlers,
  maxBytes: number = maxControlLineBytes,
): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let broken = false;

  const fail = (reason: string): void => {
    broken = true;
    pending = [];
    handlers.onGarbage(reason);
  };
  const take = (line: Buffer): void => {
    if (line.length === 0) return;
    let value: unknown;
    try {
      value = JSON.parse(line.toString('utf8'));
    } catch {
      fail('a line is not JSON');
      return;
    }
    handlers.onValue(value);
  };

  return (chunk) => {
    let start = 0;
    for (;;) {
      if (broken) return;
      const end = chunk.indexOf(newline, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      pendingBytes += piece.length;
      if (pendingBytes > maxBytes) return fail(`a line is longer than ${maxBytes} bytes`);
      pending.push(piece);
      if (end < 0) return;
      const line = pending.length === 1 ? piece : Buffer.concat(pending);
      pending = [];
      pendingBytes = 0;
      take(line);
      start = end + 1;
    }
  };
}
