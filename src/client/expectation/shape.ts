import { z } from 'zod';

/**
 * What is known of a value before it is there. Arrays have no shape of their own: JSONata maps over them,
 * so a path means the same for one element and for many.
 */
export type Shape =
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape>> }
  /** Any key, one shape for all. */
  | { readonly kind: 'record'; readonly of: Shape }
  /** `values`: all it can be, where that is a closed list. */
  | { readonly kind: 'scalar'; readonly type: ScalarType; readonly values?: readonly string[] }
  /** Computed in a way this check does not follow: no path may be taken on it. */
  | { readonly kind: 'unknown' };

export type ScalarType = 'string' | 'number' | 'boolean' | 'null' | 'any';

export const unknownShape: Shape = { kind: 'unknown' };

export function scalar(type: ScalarType): Shape {
  return { kind: 'scalar', type };
}

/** The shape a zod schema describes. Covers what snapshots and results are made of; the rest is unknown. */
export function shapeOf(schema: z.core.$ZodType): Shape {
  if (schema instanceof z.ZodNullable) return shapeOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return shapeOf(schema.element);
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape);
    return {
      kind: 'object',
      fields: Object.fromEntries(fields.map(([name, field]) => [name, shapeOf(field)])),
    };
  }
  if (schema instanceof z.ZodRecord) return { kind: 'record', of: shapeOf(schema.valueType) };
  if (schema instanceof z.ZodEnum)
    return { kind: 'scalar', type: 'string', values: schema.options.map(String) };
  if (schema instanceof z.ZodLiteral)
    return { kind: 'scalar', type: 'string', values: [...schema.values].map(String) };
  if (schema instanceof z.ZodString) return scalar('string');
  if (schema instanceof z.ZodNumber) return scalar('number');
  if (schema instanceof z.ZodBoolean) return scalar('boolean');
  return unknownShape;
}
