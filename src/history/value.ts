/** What clients write and read, whatever format it came in: EDN's keywords are texts here, its sets lists. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Equal values, and only those, have equal texts. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(textOf).join(' ')}]`;
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)} ${textOf(field)}`).join(' ')}}`;
}

const plainWord = /^[\p{L}\p{N}_./-]+$/u;

/** For people: `nil`, `3`, `v17`, `[1 2 3]`; a text that could be taken for something else is quoted. */
export function printValue(value: Value): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') {
    const taken = ['nil', 'true', 'false'].includes(value) || !Number.isNaN(Number(value));
    return plainWord.test(value) && !taken ? value : JSON.stringify(value);
  }
  return isList(value) ? `[${value.map(printValue).join(' ')}]` : textOf(value);
}
