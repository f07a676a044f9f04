/**
 * Text as bytes, without leaving JavaScript strings. SQLite orders and stores UTF-8; `<` on strings orders
 * UTF-16 units, which differs above U+D7FF.
 */

/** Orders well-formed strings by code point, which is the order of their UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xPair = isSurrogate(x);
    return xPair === isSurrogate(y) ? x - y : xPair ? 1 : -1;
  }
  return a.length - b.length;
}

/** The bytes of `text` as a JSON string in UTF-8, without its two quotes. */
export function jsonBytes(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i += 1) bytes += unitBytes(text.charCodeAt(i));
  return bytes;
}

/** `jsonBytes(text) > limit`; measures only what is long enough to matter, since a unit is 6 bytes at most. */
export function exceedsJsonBytes(text: string, limit: number): boolean {
  return text.length * 6 > limit && jsonBytes(text) > limit;
}

/** A surrogate counts for half of its pair's four bytes. */
function unitBytes(unit: number): number {
  if (unit < 0x20) return shortEscapes.has(unit) ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800 || isSurrogate(unit)) return 2;
  return 3;
}

/** \b \t \n \f \r */
const shortEscapes = new Set([8, 9, 10, 12, 13]);

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
