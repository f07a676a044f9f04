/**
 * What a `replab` process ends with; scripts and labs branch on these (design §8). Node's own default for
 * an uncaught error is 1, which would read as a violation: whatever is not in the error table is `internal`.
 */
export const exitCodes = {
  ok: 0,
  /** A property was violated, an expectation was false, a lab failed. */
  violated: 1,
  inconclusive: 2,
  usage: 3,
  /** No such cluster, node or fault, or a selector that resolves to nothing. */
  notFound: 4,
  /** A wait or a control request took too long. */
  timeout: 5,
  leftovers: 6,
  engineMissing: 7,
  /** Definitely did not happen. */
  refused: 8,
  /** May have happened, or may yet. */
  unknown: 9,
  internal: 70,
  interrupted: 130,
  terminated: 143,
} as const satisfies Record<string, number>;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** In words, where a document carries it: `not-found` for 4. */
export type OutcomeName = (typeof outcomes)[keyof typeof outcomes];

const outcomes = {
  ok: 'ok',
  violated: 'violated',
  inconclusive: 'inconclusive',
  usage: 'usage',
  notFound: 'not-found',
  timeout: 'timeout',
  leftovers: 'leftovers',
  engineMissing: 'engine-missing',
  refused: 'refused',
  unknown: 'unknown',
  internal: 'internal',
  interrupted: 'interrupted',
  terminated: 'terminated',
} as const satisfies Readonly<Record<keyof typeof exitCodes, string>>;

export const outcomeNames: readonly OutcomeName[] = Object.values(outcomes);

export function outcomeOf(exit: ExitCode): OutcomeName {
  const [name] = Object.entries(exitCodes).find(([, code]) => code === exit)!;
  return outcomes[name as keyof typeof exitCodes];
}
