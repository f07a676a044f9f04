import jsonata from 'jsonata';

/** JSONata's syntax tree, as far as replab reads it. Its own types leave most fields untyped. */
export interface Node {
  readonly type: string;
  readonly value?: unknown;
  /** Where the node's first token ends in the source: of an operator the end, of a call after its `(`. */
  readonly position?: number;
  readonly lhs?: Node | readonly (readonly [Node, Node])[];
  readonly rhs?: Node;
  readonly expressions?: readonly Node[];
  readonly expression?: Node;
  readonly steps?: readonly Node[];
  /** Filters on a step of a path, and on anything else. */
  readonly stages?: readonly Node[];
  readonly predicate?: readonly Node[];
  readonly expr?: Node;
  readonly terms?: readonly Node[];
  readonly procedure?: Node;
  readonly arguments?: readonly Node[];
  readonly body?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly group?: { readonly lhs: readonly (readonly [Node, Node])[] };
  readonly focus?: string;
  readonly index?: string;
}

/** An expression that can never be judged: a mistake in its text. The message is for people. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

export function parse(text: string): Node {
  try {
    return jsonata(text).ast() as unknown as Node;
  } catch (error) {
    throw new ExpressionError(describe(error), { cause: error });
  }
}

/** Longer than any judgement takes; ends an expression that calls itself for ever. */
const evaluationMs = 5000;

/**
 * Evaluates a part of an expression by itself. JSONata has no entry for trees, but evaluates the object
 * that `ast()` returns, so the part is put in the place of a parsed dummy (a test holds this).
 */
export async function evaluate(node: Node, input: unknown): Promise<Evaluated> {
  const expression = jsonata('null', { timeout: evaluationMs });
  Object.assign(expression.ast(), { position: undefined, value: undefined }, node);
  try {
    return { ok: true, value: (await expression.evaluate(input)) as unknown };
  } catch (error) {
    return { ok: false, reason: describe(error) };
  }
}

export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** JSONata throws plain objects with a message. */
function describe(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : String(error);
}
