/** A broken invariant: a fault in replab itself, never an operator's mistake. */
export class InvariantError extends Error {
  override name = 'InvariantError';
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(invariant: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(Object.keys(facts).length === 0 ? invariant : `${invariant} ${JSON.stringify(facts)}`);
    this.facts = facts;
  }
}

/** Throws `InvariantError` unless `holds`. Stays on in production; say the invariant as a sentence. */
export function assert(
  holds: boolean,
  invariant: string,
  facts?: Readonly<Record<string, unknown>>,
): asserts holds {
  if (!holds) throw new InvariantError(invariant, facts);
}

/** The last line of every switch over a union: a forgotten member does not compile. */
export function unreachable(value: never): never {
  throw new InvariantError('a value outside its type', { value });
}
