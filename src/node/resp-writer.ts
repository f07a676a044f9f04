import { unreachable } from '../lib/assert.ts';
import type { RespValue, RespVersion } from './resp-value.ts';

/** A reply as text, to be sent as UTF-8. */
export function encodeReply(value: RespValue, version: RespVersion): string {
  switch (value.kind) {
    case 'simple':
      return `+${oneLine(value.text)}\r\n`;
    case 'error':
      return `-${oneLine(value.text)}\r\n`;
    case 'integer':
      return `:${value.value}\r\n`;
    case 'bulk':
      return encodeBulk(value.text);
    case 'null':
      return version === 3 ? '_\r\n' : '$-1\r\n';
    case 'array':
      return encodeArray(value.items, version);
    case 'map': {
      const head = version === 3 ? `%${value.pairs.length}` : `*${value.pairs.length * 2}`;
      return value.pairs.reduce(
        (text, [key, item]) => text + encodeReply(key, version) + encodeReply(item, version),
        `${head}\r\n`,
      );
    }
    default:
      return unreachable(value);
  }
}

/** A command as clients send it: an array of bulk strings. */
export function encodeCommand(args: readonly string[]): string {
  return args.reduce((text, arg) => text + encodeBulk(arg), `*${args.length}\r\n`);
}

function encodeBulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function encodeArray(items: readonly RespValue[], version: RespVersion): string {
  return items.reduce((text, item) => text + encodeReply(item, version), `*${items.length}\r\n`);
}

/** A line break within would end the reply early. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
