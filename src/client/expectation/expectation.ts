import { snapshotSchema } from '../../cluster/snapshot-schema.ts';
import type { Snapshot } from '../../cluster/snapshot.ts';
import { ExpressionError, parse } from './ast.ts';
import { checkPaths } from './check-paths.ts';
import { judge, type Verdict } from './judge.ts';
import { shapeOf, type Shape } from './shape.ts';
import { shapeOfValue } from './value-shape.ts';

/** A checked expression. */
export interface Expectation {
  readonly text: string;
  /** `snapshot`: null exactly when it was compiled without one. */
  judge(snapshot: Snapshot | null): Promise<Verdict>;
}

/** Documents that stand beside the snapshot, by name. What they hold says what may be asked of them. */
export type Beside = Readonly<Record<string, object>>;

/**
 * Parses and checks a JSONata expression over the snapshot (unless there is none) and the documents beside it.
 * Throws ExpressionError when it can never be
 * judged: bad syntax, a path that leads nowhere, a comparison that never holds, no boolean.
 */
export function compileExpectation(text: string, beside: Beside = {}, withSnapshot = true): Expectation {
  const tree = parse(text);
  const shape = checkPaths(tree, rootShape(beside, withSnapshot));
  if (shape.kind !== 'scalar' || (shape.type !== 'boolean' && shape.type !== 'any')) {
    throw new ExpressionError('the expression gives a value, not yes or no: compare it with something');
  }
  return { text, judge: (snapshot) => judge(tree, text, { ...snapshot, ...beside }) };
}

export function rootShape(beside: Beside, withSnapshot: boolean): Shape {
  const snapshot = shapeOf(snapshotSchema);
  const own = withSnapshot && snapshot.kind === 'object' ? snapshot.fields : {};
  const others = Object.entries(beside).map(([name, value]) => [name, shapeOfValue(value)] as const);
  return { kind: 'object', fields: { ...own, ...Object.fromEntries(others) } };
}
