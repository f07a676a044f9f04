/**
 * A reply of RESP, the Redis protocol, versions 2 and 3. Texts are UTF-8 on the wire. An integer is decimal
 * text, since it has 64 bits. Maps and null exist in version 3; version 2 writes them as a flat array and as
 * the null bulk string.
 */
export type RespValue =
  | { readonly kind: 'simple'; readonly text: string }
  /** Its first word is the code: `ERR`, `READONLY`, … */
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: string }
  | { readonly kind: 'bulk'; readonly text: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly RespValue[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [RespValue, RespValue])[] };

/** What a node answers with: beside values of text, bytes given back as they came, as latin1 text. */
export type Reply = RespValue | { readonly kind: 'bytes'; readonly latin1: string };

export type RespVersion = 2 | 3;

export const ok: RespValue = { kind: 'simple', text: 'OK' };
export const nothing: RespValue = { kind: 'null' };

export function bulk(text: string | null): RespValue {
  return text === null ? nothing : { kind: 'bulk', text };
}

export function integer(value: number | string): RespValue {
  return { kind: 'integer', value: String(value) };
}

export function error(text: string): RespValue {
  return { kind: 'error', text };
}

export function array(items: readonly RespValue[]): RespValue {
  return { kind: 'array', items };
}

export function map(pairs: readonly (readonly [string, RespValue])[]): RespValue {
  return { kind: 'map', pairs: pairs.map(([name, value]) => [bulk(name), value]) };
}
