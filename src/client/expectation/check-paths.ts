import { ExpressionError, type Node } from './ast.ts';
import { checkComparison } from './check-comparison.ts';
import { knownFunctions, resultShapes } from './functions.ts';
import { scalar, unknownShape, type Shape } from './shape.ts';

/**
 * Follows every path of an expression through the shape of its input, without a value: P13. JSONata gives
 * "nothing" for a field that does not exist, and `$count(nothing) = 0` is true, so a typo would pass every
 * negative check. What cannot be followed (wildcards, parents, paths on computed objects) is refused:
 * an unchecked path is as good as a typo.
 *
 * Throws ExpressionError. Answers with the shape of the result.
 */
export function checkPaths(node: Node, root: Shape): Shape {
  return infer(node, { context: root, variables: new Map([['$', root]]) });
}

interface Scope {
  readonly context: Shape;
  readonly variables: ReadonlyMap<string, Shape>;
}

function infer(node: Node, scope: Scope): Shape {
  const shape = inferBare(node, scope);
  checkFilters(node.predicate, shape, scope);
  return node.group === undefined ? shape : inferGroup(node.group.lhs, { ...scope, context: shape });
}

function inferBare(node: Node, scope: Scope): Shape {
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value':
    case 'regex':
      return literalShape(node.value);
    case 'name':
      return fieldOf(scope.context, String(node.value));
    case 'path':
      return inferPath(node.steps ?? [], scope);
    case 'variable':
      return variableShape(String(node.value), scope);
    case 'binary':
      return inferBinary(node, scope);
    case 'unary':
      return inferUnary(node, scope);
    case 'block':
      return inferBlock(node.expressions ?? [], scope);
    case 'condition':
      return inferCondition(node, scope);
    case 'function':
      return inferCall(node, [], scope);
    case 'apply':
      return inferApply(node, scope);
    default:
      throw new ExpressionError(
        `${nameOf(node)} cannot be checked against what a snapshot holds; name the fields`,
      );
  }
}

function nameOf(node: Node): string {
  if (node.type === 'wildcard' || node.type === 'descendant') return `"${String(node.value)}"`;
  if (node.type === 'parent') return '"%"';
  return `a ${node.type}`;
}

function literalShape(value: unknown): Shape {
  if (value === null) return scalar('null');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return scalar(typeof value as 'string' | 'number' | 'boolean');
  }
  return scalar('any');
}

function inferPath(steps: readonly Node[], scope: Scope): Shape {
  let here = scope;
  for (const step of steps) {
    if (step.focus !== undefined) {
      throw new ExpressionError(`"@$${step.focus}" cannot be checked; use a filter [ ] instead`);
    }
    const context = step.type === 'sort' ? checkSort(step, here) : infer(step, here);
    const variables =
      step.index === undefined ? here.variables : withVariable(here, step.index, scalar('number'));
    here = { context, variables };
    checkFilters(step.stages, context, here);
  }
  return here.context;
}

function checkSort(step: Node, scope: Scope): Shape {
  for (const term of step.terms ?? []) if (term.expression !== undefined) infer(term.expression, scope);
  return scope.context;
}

function checkFilters(filters: readonly Node[] | undefined, context: Shape, scope: Scope): void {
  for (const filter of filters ?? []) {
    if (filter.expr !== undefined) infer(filter.expr, { ...scope, context });
  }
}

function variableShape(name: string, scope: Scope): Shape {
  if (name === '') return scope.context;
  const shape = scope.variables.get(name);
  if (shape === undefined) throw new ExpressionError(`$${name} is not defined here`);
  return shape;
}

function fieldOf(shape: Shape, name: string): Shape {
  switch (shape.kind) {
    case 'record':
      return shape.of;
    case 'object': {
      const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      if (field !== undefined) return field;
      throw new ExpressionError(
        `there is no field "${name}" here, but ${Object.keys(shape.fields).join(', ')}`,
      );
    }
    case 'scalar':
      throw new ExpressionError(`"${name}" is asked of a ${shape.type}, which has no fields`);
    case 'unknown':
      throw new ExpressionError(`the path "${name}" cannot be checked against what a snapshot holds`);
  }
}

function inferBinary(node: Node, scope: Scope): Shape {
  const left = infer(node.lhs as Node, scope);
  const right = infer(node.rhs!, scope);
  const operator = String(node.value);
  checkComparison(operator, left, node.lhs as Node, right, node.rhs!);
  if (operator === '&') return scalar('string');
  return scalar('+-*/%..'.includes(operator) ? 'number' : 'boolean');
}

function inferUnary(node: Node, scope: Scope): Shape {
  if (node.value === '{') return inferGroup(node.lhs as readonly (readonly [Node, Node])[], scope);
  if (node.value === '[') return common((node.expressions ?? []).map((item) => infer(item, scope)));
  if (node.expression !== undefined) infer(node.expression, scope);
  return scalar('number');
}

/** An object made on the spot: its fields are known where its keys are literals. */
function inferGroup(pairs: readonly (readonly [Node, Node])[], scope: Scope): Shape {
  const fields: Record<string, Shape> = {};
  for (const [key, value] of pairs) {
    infer(key, scope);
    fields[String(key.value)] = infer(value, scope);
  }
  return pairs.every(([key]) => key.type === 'string') ? { kind: 'object', fields } : unknownShape;
}

function common(shapes: readonly Shape[]): Shape {
  const [first, ...rest] = shapes;
  if (first === undefined) return scalar('any');
  if (rest.every((shape) => shape === first)) return first;
  return shapes.every((shape) => shape.kind === 'scalar') ? scalar('any') : unknownShape;
}

function inferBlock(expressions: readonly Node[], scope: Scope): Shape {
  const variables = new Map(scope.variables);
  const inner = { ...scope, variables };
  let last: Shape = scalar('any');
  for (const expression of expressions) {
    if (expression.type !== 'bind') {
      last = infer(expression, inner);
      continue;
    }
    if (expression.rhs!.type === 'lambda') {
      throw new ExpressionError('a function kept in a variable cannot be checked; write it where it is used');
    }
    last = infer(expression.rhs!, inner);
    variables.set(String((expression.lhs as Node).value), last);
  }
  return last;
}

function inferCondition(node: Node, scope: Scope): Shape {
  infer(node.condition!, scope);
  const shapes = [node.then!, ...(node.else === undefined ? [] : [node.else])].map((branch) =>
    infer(branch, scope),
  );
  return common(shapes);
}

function inferApply(node: Node, scope: Scope): Shape {
  const input = infer(node.lhs as Node, scope);
  if (node.rhs!.type === 'function') return inferCall(node.rhs!, [input], scope);
  if (node.rhs!.type === 'variable') {
    return inferCall({ type: 'function', procedure: node.rhs!, arguments: [] }, [input], scope);
  }
  throw new ExpressionError('"~>" is followed by a function here');
}

function inferCall(node: Node, before: readonly Shape[], scope: Scope): Shape {
  const name = node.procedure?.type === 'variable' ? String(node.procedure.value) : '';
  if (!knownFunctions.has(name))
    throw new ExpressionError(`there is no function $${name} that can be checked here`);
  const given = node.arguments ?? [];
  const plain = [...before, ...given.filter((one) => one.type !== 'lambda').map((one) => infer(one, scope))];
  const subject = plain[0] ?? scope.context;
  const lambda = given.find((one) => one.type === 'lambda');
  const returned = lambda === undefined ? null : inferLambda(name, lambda, plain, scope);
  return resultShapes[name]?.(subject, returned, plain) ?? functionScalar(name);
}

function functionScalar(name: string): Shape {
  return scalar(knownFunctions.get(name)!);
}

/** Parameters of the functions that take functions: an element (two for `$sort`), then its index, then all. */
function inferLambda(name: string, lambda: Node, plain: readonly Shape[], scope: Scope): Shape {
  const element = plain[0] ?? unknownShape;
  const second = name === 'sort' ? element : scalar('number');
  const shapes =
    name === 'reduce'
      ? [plain[1] ?? element, element, scalar('number'), element]
      : [element, second, element];
  let { variables } = scope;
  (lambda.arguments ?? []).forEach((parameter, i) => {
    variables = withVariable({ ...scope, variables }, String(parameter.value), shapes[i] ?? unknownShape);
  });
  return infer(lambda.body!, { ...scope, variables });
}

function withVariable(scope: Scope, name: string, shape: Shape): ReadonlyMap<string, Shape> {
  return new Map(scope.variables).set(name, shape);
}
