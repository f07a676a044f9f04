import { snapshotSchema } from '../../cluster/snapshot-schema.ts';
import type { Snapshot } from '../../cluster/snapshot.ts';
import { ExpressionError, parse } from './ast.ts';
import { checkPaths } from './check-paths.ts';
import { judge, type Verdict } from './judge.ts';
import { shapeOf } from './shape.ts';

/** A checked expression over snapshots. */
export interface Expectation {
  readonly text: string;
  judge(snapshot: Snapshot): Promise<Verdict>;
}

/**
 * Parses and checks a JSONata expression over the snapshot. Throws ExpressionError when it can never be
 * judged: bad syntax, a path the snapshot does not have, a comparison that never holds, no boolean.
 */
export function compileExpectation(text: string): Expectation {
  const tree = parse(text);
  const shape = checkPaths(tree, shapeOf(snapshotSchema));
  if (shape.kind !== 'scalar' || (shape.type !== 'boolean' && shape.type !== 'any')) {
    throw new ExpressionError('the expression gives a value, not yes or no: compare it with something');
  }
  return { text, judge: (snapshot) => judge(tree, text, snapshot) };
}
