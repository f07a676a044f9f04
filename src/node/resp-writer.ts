import { unreachable } from '../lib/assert.ts';
import type { Reply, RespValue, RespVersion } from './resp-value.ts';

/** The bytes of a reply, as latin1 text: a string whose length is what it takes on the wire. */
export function encodeReply(value: Reply, version: RespVersion): string {
  switch (value.kind) {
    case 'simple':
      return `+${utf8(oneLine(value.text))}\r\n`;
    case 'error':
      return `-${utf8(oneLine(value.text))}\r\n`;
    case 'integer':
      return `:${value.value}\r\n`;
    case 'bulk':
      return bulk(utf8(value.text));
    case 'bytes':
      return bulk(value.latin1);
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

/** A command as clients send it: an array of bulk strings, as text to be sent in UTF-8. */
export function encodeCommand(args: readonly string[]): string {
  return args.reduce((text, arg) => `${text}$${Buffer.byteLength(arg)}\r\n${arg}\r\n`, `*${args.length}\r\n`);
}

function bulk(latin1: string): string {
  return `$${latin1.length}\r\n${latin1}\r\n`;
}

/** The UTF-8 bytes of `text`, as latin1 text. Only ASCII has as many bytes as units. */
function utf8(text: string): string {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');
}

function encodeArray(items: readonly RespValue[], version: RespVersion): string {
  return items.reduce((text, item) => text + encodeReply(item, version), `*${items.length}\r\n`);
}

/** A line break within would end the reply early. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
