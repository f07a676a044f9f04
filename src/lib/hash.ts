/**
 * 48-bit hashes as JS-safe integers: chain hashes of a log and order-free digests of its contents.
 * Two 32-bit lanes of MurmurHash3's mixer over UTF-16 units. Fast and well spread; not cryptographic:
 * it finds accidents and bugs, not an adversary.
 */
export type Hash48 = number;

const modulus = 2 ** 48;

export function hash48(text: string, seed: Hash48 = 0): Hash48 {
  let a = (seed | 0) ^ 0x2c1b3c6d;
  let b = (Math.floor(seed / 4294967296) | 0) ^ 0x297a2d39;
  // Two units a round: hashing is a tenth of a write. The end of an odd text is a unit and none.
  const { length } = text;
  for (let i = 0; i < length; i += 2) {
    const units = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0);
    a = Math.imul(a ^ units, 0xcc9e2d51);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b ^ units ^ (a >>> 7), 0x1b873593);
    b = (b << 15) | (b >>> 17);
  }
  a = finish(a ^ length);
  b = finish(b ^ a);
  return (b & 0xffff) * 4294967296 + (a >>> 0);
}

/** Sum modulo 2^48: a digest that does not depend on the order its rows were added in. */
export function addHash(sum: Hash48, hash: Hash48): Hash48 {
  return (sum + hash) % modulus;
}

export function subtractHash(sum: Hash48, hash: Hash48): Hash48 {
  return (sum - hash + modulus) % modulus;
}

/** Twelve hex digits. */
export function formatHash(hash: Hash48): string {
  return hash.toString(16).padStart(12, '0');
}

function finish(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
