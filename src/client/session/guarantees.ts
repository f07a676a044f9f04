import { ReplabError } from '../../control/errors.ts';

/** What a session is promised (Terry et al., 1994). */
export const guarantees = {
  'read-your-writes': 'reads show your own writes',
  'monotonic-reads': 'reads never go back behind what you have read',
  'monotonic-writes': 'your writes come after your earlier ones, or not at all',
  'writes-follow-reads': 'your writes come after what you have read, or not at all',
} as const satisfies Record<string, string>;

export type Guarantee = keyof typeof guarantees;

const names = Object.keys(guarantees) as readonly Guarantee[];

const shorthands: Readonly<Record<string, readonly Guarantee[]>> = {
  monotonic: ['monotonic-reads', 'monotonic-writes'],
  causal: names,
};

export const guaranteeWords: readonly string[] = [...names, ...Object.keys(shorthands)];

/** `read-your-writes,monotonic`: each once. `usage` for a word that is none. */
export function parseGuarantees(text: string): readonly Guarantee[] {
  const found = text.split(',').flatMap((word) => guaranteesOf(word.trim()));
  return names.filter((name) => found.includes(name));
}

function guaranteesOf(word: string): readonly Guarantee[] {
  if (Object.hasOwn(shorthands, word)) return shorthands[word]!;
  const name = names.find((one) => one === word);
  if (name !== undefined) return [name];
  throw new ReplabError('usage', {
    message: `${JSON.stringify(word)} is no guarantee; there are ${guaranteeWords.join(', ')}.`,
  });
}
