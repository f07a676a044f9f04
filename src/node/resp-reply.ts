import { ByteFeed } from './byte-feed.ts';
import { array, error, integer, nothing, type RespValue } from './resp-value.ts';

const bounds = {
  bulkBytes: 64 * 1024 * 1024,
  /** Of a whole reply, what is nested counted. */
  items: 4 * 1024 * 1024,
  replyBytes: 256 * 1024 * 1024,
  depth: 16,
  lineBytes: 64 * 1024,
} as const;

export type DecodedReply =
  | { readonly type: 'reply'; readonly value: RespValue }
  /** Not RESP, or beyond bounds: destroy the connection. It stays so. */
  | { readonly type: 'fault'; readonly detail: string };

/** An array or map whose parts are being read; a map's are its keys and values by turns. */
interface Open {
  readonly kind: 'array' | 'map';
  readonly size: number;
  readonly items: RespValue[];
}

/** What one line or bulk amounted to: `more` is a length, of which the content comes next. */
type Step = RespValue | 'more' | null | Extract<DecodedReply, { type: 'fault' }>;

/** The client's end: reads replies (RESP 2, and null and map of RESP 3), however they fall into chunks. */
export class RespReplyDecoder {
  readonly #feed = new ByteFeed();
  readonly #open: Open[] = [];
  /** Length of the bulk whose bytes come next, or -1. */
  #bulkBytes = -1;
  /** Of the present reply, so far. */
  #items = 0;
  #bytes = 0;
  #fault: DecodedReply | null = null;

  push(chunk: Buffer): void {
    if (this.#fault === null) this.#feed.push(chunk);
  }

  /** The next whole reply, a fault, or null until more bytes come. */
  next(): DecodedReply | null {
    if (this.#fault !== null) return this.#fault;
    for (;;) {
      const step = this.#bulkBytes < 0 ? this.#line() : this.#bulk();
      if (step === null) return null;
      if (step === 'more') continue;
      if ('type' in step) {
        this.#fault = step;
        this.#feed.clear();
        this.#open.length = 0;
        return step;
      }
      const whole = this.#close(step);
      if (whole === null) continue;
      this.#items = this.#bytes = 0;
      return { type: 'reply', value: whole };
    }
  }

  #line(): Step {
    const feed = this.#feed;
    const end = feed.lineEnd(bounds.lineBytes);
    if (end < 0) return feed.length > bounds.lineBytes ? fault('a line too long') : null;
    const line = feed.bytes.toString('utf8', feed.offset, end);
    feed.skipLine(end);
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return { kind: 'simple', text: rest };
      case '-':
        return error(rest);
      case ':':
        return /^-?\d{1,19}$/.test(rest) ? integer(rest) : fault('an integer that is none');
      case '_':
        return nothing;
      case '$':
      case '*':
      case '%':
        return this.#sized(line[0], rest);
      default:
        return fault(`a reply that begins with ${JSON.stringify(line.slice(0, 8))}`);
    }
  }

  #sized(type: '$' | '*' | '%', rest: string): Step {
    if (rest === '-1' && type !== '%') return nothing;
    const size = /^\d{1,10}$/.test(rest) ? Number(rest) : Infinity;
    if (size > (type === '$' ? bounds.bulkBytes : bounds.items)) return fault(`a length of ${rest}`);
    if (type === '$') {
      this.#bulkBytes = size;
      this.#bytes += size;
      return this.#bytes > bounds.replyBytes ? fault('a reply too large') : 'more';
    }
    this.#items += size;
    if (this.#items > bounds.items) return fault('a reply of too many items');
    if (size === 0) return type === '*' ? array([]) : { kind: 'map', pairs: [] };
    if (this.#open.length === bounds.depth) return fault(`nested over ${bounds.depth} deep`);
    if (type === '*') this.#open.push({ kind: 'array', size, items: [] });
    else this.#open.push({ kind: 'map', size: size * 2, items: [] });
    return 'more';
  }

  #bulk(): Step {
    const feed = this.#feed;
    if (!feed.ensure(this.#bulkBytes + 2)) return null;
    const end = feed.offset + this.#bulkBytes;
    if (feed.bytes[end] !== 13 || feed.bytes[end + 1] !== 10) return fault('a bulk longer than its length');
    const text = feed.bytes.toString('utf8', feed.offset, end);
    feed.offset = end + 2;
    this.#bulkBytes = -1;
    return { kind: 'bulk', text };
  }

  /** Puts a value where it belongs; answers with the outermost one once that is whole. */
  #close(part: RespValue): RespValue | null {
    let value = part;
    for (;;) {
      const open = this.#open.at(-1);
      if (open === undefined) return value;
      open.items.push(value);
      if (open.items.length < open.size) return null;
      this.#open.pop();
      value = open.kind === 'array' ? array(open.items) : { kind: 'map', pairs: pairsOf(open.items) };
    }
  }
}

function pairsOf(items: readonly RespValue[]): readonly (readonly [RespValue, RespValue])[] {
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i]!, items[2 * i + 1]!] as const);
}

function fault(detail: string): Extract<DecodedReply, { type: 'fault' }> {
  return { type: 'fault', detail };
}
