/** The words after a command's name, told apart: what stands by itself, flags, and flags with a value. */
export interface Words {
  readonly plain: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** A text is the reason why not. Every flag is given once at most. */
export function readWords(
  args: readonly string[],
  flags: readonly string[],
  withValue: readonly string[] = [],
): Words | string {
  const plain: string[] = [];
  const given = new Set<string>();
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at]!;
    if (!word.startsWith('--')) {
      plain.push(word);
      continue;
    }
    if (given.has(word) || values.has(word)) return `${word} is said twice`;
    if (flags.includes(word)) given.add(word);
    else if (!withValue.includes(word)) return unknownFlag(word, [...flags, ...withValue]);
    else {
      at += 1;
      const value = args[at];
      if (value === undefined || value.startsWith('--')) return `${word} wants a value`;
      values.set(word, value);
    }
  }
  return { plain, flags: given, values };
}

function unknownFlag(word: string, known: readonly string[]): string {
  return `there is no ${word}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}
