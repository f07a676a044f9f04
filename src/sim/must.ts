import { assert } from '../lib/assert.ts';

/** `assert` for what is checked at every step: facts are gathered only when it fails. */
export function must(
  holds: boolean,
  invariant: string,
  facts: () => Readonly<Record<string, unknown>>,
): asserts holds {
  if (!holds) assert(holds, invariant, facts());
}
