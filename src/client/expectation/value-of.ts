import type { Snapshot } from '../../cluster/snapshot.ts';
import { evaluate, ExpressionError, parse } from './ast.ts';
import { checkPaths } from './check-paths.ts';
import { rootShape, type Beside } from './expectation.ts';

/** What an expression gives, checked as an expectation is. Throws ExpressionError. */
export async function valueOf(text: string, snapshot: Snapshot | null, beside: Beside): Promise<unknown> {
  const tree = parse(text);
  checkPaths(tree, rootShape(beside, snapshot !== null));
  const evaluated = await evaluate(tree, { ...snapshot, ...beside });
  if (evaluated.ok) return evaluated.value;
  throw new ExpressionError(evaluated.reason);
}
