/** Signed 64-bit integers as decimal text, with the rules of Redis: no sign but minus, no leading zeros, no -0. */
const decimal = /^(?:0|-?[1-9]\d{0,18})$/;
const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

export type Sum =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly code: 'not-an-integer' | 'overflow' };

/** `not-an-integer`: a term is no 64-bit integer. `overflow`: both are, their sum is not. */
export function addInt64(a: string, b: string): Sum {
  const x = parse(a);
  const y = parse(b);
  if (x === null || y === null) return { ok: false, code: 'not-an-integer' };
  const sum = x + y;
  return inRange(sum) ? { ok: true, value: String(sum) } : { ok: false, code: 'overflow' };
}

function parse(text: string): bigint | null {
  if (!decimal.test(text)) return null;
  const value = BigInt(text);
  return inRange(value) ? value : null;
}

function inRange(value: bigint): boolean {
  return value >= least && value <= greatest;
}
