import { outcomeNames } from '../../control/exit-codes.ts';
import { scalar, unknownShape, type Shape } from './shape.ts';

/**
 * The shape of a document that is there: a result that was kept. It holds what it holds, so a path it does
 * not have is a typo, or asks a result for what it did not come to. Of a list the shape is what its elements
 * have together; of an empty one nothing is known, so no path may be taken on it.
 */
export function shapeOfValue(value: unknown): Shape {
  if (value === null) return scalar('null');
  if (Array.isArray(value)) return value.map(shapeOfValue).reduce(together, null) ?? unknownShape;
  switch (typeof value) {
    case 'object': {
      const fields = Object.entries(value).map(([name, field]) => [name, fieldShape(name, field)] as const);
      return { kind: 'object', fields: Object.fromEntries(fields) };
    }
    case 'string':
    case 'number':
    case 'boolean':
      return scalar(typeof value as 'string' | 'number' | 'boolean');
    default:
      return unknownShape;
  }
}

/** How a command ended is one of a closed list, so a word that is not in it is a typo too. */
function fieldShape(name: string, value: unknown): Shape {
  const isOutcome = name === 'outcome' && outcomeNames.some((one) => one === value);
  return isOutcome ? { kind: 'scalar', type: 'string', values: outcomeNames } : shapeOfValue(value);
}

function together(a: Shape | null, b: Shape): Shape {
  if (a === null || isNull(a)) return b;
  if (isNull(b)) return a;
  if (a.kind === 'object' && b.kind === 'object') {
    const names = [...new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])];
    const fields = names.map((name) => [
      name,
      together(a.fields[name] ?? null, b.fields[name] ?? scalar('null')),
    ]);
    return { kind: 'object', fields: Object.fromEntries(fields) as Readonly<Record<string, Shape>> };
  }
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.type === b.type ? scalar(a.type) : scalar('any');
  return unknownShape;
}

function isNull(shape: Shape): boolean {
  return shape.kind === 'scalar' && shape.type === 'null';
}
