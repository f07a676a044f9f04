import { ByteFeed } from './byte-feed.ts';
import { splitInline } from './resp-inline.ts';

/**
 * Bounds of one command. The bulk bound leaves room for a value a little over what a store takes, so that
 * such a write is refused by its name and the connection lives.
 */
export const respBounds = {
  argumentBytes: 9 * 1024 * 1024,
  commandBytes: 18 * 1024 * 1024,
  arguments: 64 * 1024,
  inlineBytes: 16 * 1024,
} as const;

/** Longest line before a bulk: `$` or `*` and a number. */
const numberLineBytes = 32;

/** Arguments are bytes as latin1 text: `textOf` makes text of them. */
export type Parsed =
  | { readonly type: 'command'; readonly args: readonly string[]; readonly bytes: number }
  /** The connection cannot be read on: one error, then it is closed. */
  | { readonly type: 'fault'; readonly text: string };

/** Reads the commands of one connection: arrays of bulk strings, or inline lines. Pulled, one at a time. */
export class RespParser {
  readonly #feed = new ByteFeed();
  #args: string[] = [];
  #bytes = 0;
  /** Arguments of the present command yet to come; -1 between commands. */
  #missing = -1;
  /** Length of the argument whose bytes come next; -1 when its length line comes next. */
  #length = -1;
  #fault: Parsed | null = null;

  /** What it keeps until more bytes come; with `respBounds` at most a command and a half-read chunk. */
  get heldBytes(): number {
    return this.#feed.length + this.#bytes - Math.max(0, this.#length);
  }

  push(chunk: Buffer): void {
    if (this.#fault === null) this.#feed.push(chunk);
  }

  /** The next whole command, a fault (for good), or null until more bytes come. */
  next(): Parsed | null {
    if (this.#fault !== null) return this.#fault;
    for (;;) {
      const parsed = this.#missing < 0 ? this.#begin() : this.#argument();
      if (parsed === 'more') continue;
      if (parsed !== null && parsed.type === 'fault') {
        this.#fault = parsed;
        this.#feed.clear();
        this.#args = [];
        this.#bytes = this.#length = 0;
      }
      return parsed;
    }
  }

  #begin(): Parsed | 'more' | null {
    const feed = this.#feed;
    if (!feed.ensure(1)) return null;
    if (feed.bytes[feed.offset] !== star) return this.#inline();
    const count = this.#number('invalid multibulk length');
    if (typeof count !== 'number') return count;
    if (count > respBounds.arguments) return fault('invalid multibulk length');
    // An empty array is no command, and no error either.
    if (count <= 0) return 'more';
    this.#missing = count;
    this.#args = [];
    this.#bytes = 0;
    return 'more';
  }

  #argument(): Parsed | 'more' | null {
    const feed = this.#feed;
    if (this.#length < 0) {
      if (!feed.ensure(1)) return null;
      if (feed.bytes[feed.offset] !== dollar) return fault("expected '$'");
      const length = this.#number('invalid bulk length');
      if (typeof length !== 'number') return length;
      if (length < 0 || length > respBounds.argumentBytes) return fault('invalid bulk length');
      this.#bytes += length;
      if (this.#bytes > respBounds.commandBytes) return fault('too big command');
      this.#length = length;
    }
    if (!feed.ensure(this.#length + 2)) return null;
    const end = feed.offset + this.#length;
    if (feed.bytes[end] !== 13 || feed.bytes[end + 1] !== 10)
      return fault('a bulk is longer than its length');
    this.#args.push(feed.bytes.toString('latin1', feed.offset, end));
    feed.offset = end + 2;
    this.#length = -1;
    this.#missing -= 1;
    return this.#missing === 0 ? this.#finish(this.#args, this.#bytes) : 'more';
  }

  #inline(): Parsed | 'more' | null {
    const line = this.#line(respBounds.inlineBytes, 'too big inline request');
    if (typeof line !== 'string') return line;
    const args = splitInline(line);
    if (args === null) return fault('unbalanced quotes in request');
    return args.length === 0 ? 'more' : this.#finish(args, line.length);
  }

  #finish(args: readonly string[], bytes: number): Parsed {
    this.#missing = -1;
    this.#args = [];
    this.#bytes = 0;
    return { type: 'command', args, bytes };
  }

  /** The decimal number after a type byte. */
  #number(wrong: string): number | Parsed | null {
    const line = this.#line(numberLineBytes, wrong);
    if (typeof line !== 'string') return line;
    return /^.-?\d{1,10}$/.test(line) ? Number(line.slice(1)) : fault(wrong);
  }

  #line(limit: number, wrong: string): string | Parsed | null {
    const feed = this.#feed;
    const end = feed.lineEnd(limit);
    if (end < 0) return feed.length > limit ? fault(wrong) : null;
    const line = feed.bytes.toString('latin1', feed.offset, end);
    feed.skipLine(end);
    return line;
  }
}

const star = 42;
const dollar = 36;

function fault(what: string): Parsed {
  return { type: 'fault', text: `ERR Protocol error: ${what}` };
}
