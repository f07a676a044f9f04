import { ExpressionError, type Node } from './ast.ts';
import type { Shape } from './shape.ts';

/**
 * A comparison that can never hold, or never fail, is a mistake in the text: `keys = "3"` compares a number
 * with a text, `state = "runing"` names a state there is not. JSONata would quietly say false, and true to
 * their negations.
 */
export function checkComparison(
  operator: string,
  left: Shape,
  leftNode: Node,
  right: Shape,
  rightNode: Node,
): void {
  if (!['=', '!=', '<', '<=', '>', '>=', 'in'].includes(operator)) return;
  for (const shape of [left, right]) {
    if (shape.kind === 'object' || shape.kind === 'record') {
      throw new ExpressionError(
        `"${operator}" compares values, and one side here is a whole object: name one of its fields`,
      );
    }
  }
  if (left.kind !== 'scalar' || right.kind !== 'scalar') return;
  const types = [left.type, right.type];
  if (!types.includes('any') && !types.includes('null') && left.type !== right.type) {
    throw new ExpressionError(
      `"${operator}" compares a ${left.type} with a ${right.type} here: that never holds`,
    );
  }
  checkMember(left.values, rightNode);
  checkMember(right.values, leftNode);
}

function checkMember(values: readonly string[] | undefined, literal: Node): void {
  const texts =
    literal.type === 'string' ? [literal] : literal.value === '[' ? (literal.expressions ?? []) : [];
  for (const text of texts) {
    if (values === undefined || text.type !== 'string' || values.includes(String(text.value))) continue;
    throw new ExpressionError(
      `"${String(text.value)}" is none of the values there are: ${values.join(', ')}`,
    );
  }
}
