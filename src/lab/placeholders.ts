export interface Placeholder {
  readonly expression: string;
  /** Where its `{{` stands, and what follows its `}}`. */
  readonly offset: number;
  readonly end: number;
}

/** `{{ expression }}`, outside code: the text around it is quoted as it stands. */
export function placeholdersIn(markdown: string): readonly Placeholder[] {
  return [...markdown.matchAll(/\{\{(.+?)\}\}/gs)].map((match) => ({
    expression: match[1]!.trim().replaceAll(/\s+/g, ' '),
    offset: match.index,
    end: match.index + match[0].length,
  }));
}

/** The text with every placeholder replaced by what the run gave for it. */
export async function fill(
  markdown: string,
  valueOf: (expression: string) => Promise<unknown>,
): Promise<string> {
  let filled = '';
  let from = 0;
  for (const { expression, offset, end } of placeholdersIn(markdown)) {
    filled += markdown.slice(from, offset) + valueText(await valueOf(expression));
    from = end;
  }
  return filled + markdown.slice(from);
}

/** Not known is `?`, as everywhere. */
function valueText(value: unknown): string {
  if (value === null || value === undefined) return '?';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  if (typeof value === 'string') return value;
  if (typeof value === 'number')
    return String(Number.isInteger(value) ? value : Math.round(value * 1000) / 1000);
  return JSON.stringify(value);
}
