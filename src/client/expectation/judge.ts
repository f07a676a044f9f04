import { evaluate, type Node } from './ast.ts';

/** Null: it cannot be told, because a value it needs is not known. */
export type Truth = boolean | null;

export interface Verdict {
  readonly truth: Truth;
  /** What the comparisons compared, as typed, with the values last seen. */
  readonly operands: readonly Operand[];
  /** Why it cannot be told, in words. Null when it can. */
  readonly unknown: string | null;
}

export interface Operand {
  readonly text: string;
  readonly value: unknown;
}

/** Part of an expression with its place in the source, and the assignments in force there. */
interface Part {
  readonly node: Node;
  readonly from: number;
  readonly to: number;
  readonly before: readonly Node[];
}

/**
 * Judges an expression over `input` in three values: a comparison with an operand that is null or missing
 * is neither true nor false (P13; JSONata alone would say that null differs from everything). `and`, `or`
 * and `$not` combine by Kleene's tables, so what is known can still decide. A comparison with a literal
 * `null` asks for just that and is answered.
 */
export async function judge(root: Node, source: string, input: unknown): Promise<Verdict> {
  return judgePart({ node: root, from: 0, to: source.length, before: [] }, source, input);
}

const comparisons = new Set(['=', '!=', '<', '<=', '>', '>=', 'in']);

async function judgePart(part: Part, source: string, input: unknown): Promise<Verdict> {
  const { node } = part;
  const operator = node.type === 'binary' ? String(node.value) : '';
  if (operator === 'and' || operator === 'or') {
    const [left, right] = sidesOf(part);
    return combine(operator, await judgePart(left, source, input), await judgePart(right, source, input));
  }
  if (comparisons.has(operator)) return judgeComparison(part, source, input);
  if (isNot(node)) {
    const [argument] = node.arguments!;
    const verdict = await judgePart({ ...part, ...inside(part, source), node: argument! }, source, input);
    return { ...verdict, truth: verdict.truth === null ? null : !verdict.truth };
  }
  const inner = node.type === 'block' && node.predicate === undefined ? openBlock(part, source) : null;
  return inner === null ? judgeLeaf(part, source, input) : judgePart(inner, source, input);
}

function isNot(node: Node): boolean {
  return node.type === 'function' && node.procedure?.value === 'not' && node.arguments?.length === 1;
}

function sidesOf({ node, from, to, before }: Part): readonly [Part, Part] {
  const end = node.position!;
  return [
    { node: node.lhs as Node, from, to: end - String(node.value).length, before },
    { node: node.rhs!, from: end, to, before },
  ];
}

function inside({ from, to }: Part, source: string): { readonly from: number; readonly to: number } {
  const text = source.slice(from, to);
  return { from: from + text.indexOf('(') + 1, to: from + text.lastIndexOf(')') };
}

/** `( $a := …; …; last )`: judges `last` with the assignments before it. Null when it is no such block. */
function openBlock(part: Part, source: string): Part | null {
  const expressions = part.node.expressions ?? [];
  const last = expressions.at(-1);
  const binds = expressions.slice(0, -1);
  if (last === undefined || binds.some((one) => one.type !== 'bind')) return null;
  const range = inside(part, source);
  const separator = binds.length === 0 ? -1 : source.slice(range.from, range.to).lastIndexOf(';');
  return { node: last, from: range.from + separator + 1, to: range.to, before: [...part.before, ...binds] };
}

function combine(operator: 'and' | 'or', left: Verdict, right: Verdict): Verdict {
  const decides = operator === 'or';
  const operands = [...left.operands, ...right.operands];
  if (left.truth === decides || right.truth === decides) return { truth: decides, operands, unknown: null };
  const unknown = left.unknown ?? right.unknown;
  return { truth: unknown === null ? !decides : null, operands, unknown };
}

async function judgeComparison(part: Part, source: string, input: unknown): Promise<Verdict> {
  const operator = String(part.node.value);
  const sides = sidesOf(part);
  const operands: Operand[] = [];
  for (const [i, side] of sides.entries()) {
    if (isLiteral(side.node)) continue;
    const text = source.slice(side.from, side.to).trim();
    const evaluated = await evaluate(withBefore(side), input);
    if (!evaluated.ok) return { truth: null, operands, unknown: `${text}: ${evaluated.reason}` };
    operands.push({ text, value: evaluated.value ?? null });
    const emptyList = operator === 'in' && i === 1 && evaluated.value === undefined;
    if (isMissing(evaluated.value) && !emptyList && !asksForNull(sides[1 - i]!.node)) {
      return { truth: null, operands, unknown: `${text} is not known` };
    }
  }
  const listed = operands.find((one) => Array.isArray(one.value));
  if (listed !== undefined && operator !== 'in' && !(operands.length === 2 || sides.some(isListLiteral))) {
    const count = (listed.value as readonly unknown[]).length;
    return {
      truth: null,
      operands,
      unknown: `${listed.text} gives ${count} values; filter one, or $count them`,
    };
  }
  const evaluated = await evaluate(withBefore(part), input);
  if (!evaluated.ok) return { truth: null, operands, unknown: evaluated.reason };
  return { truth: evaluated.value === true, operands, unknown: null };
}

async function judgeLeaf(part: Part, source: string, input: unknown): Promise<Verdict> {
  const text = source.slice(part.from, part.to).trim();
  const evaluated = await evaluate(withBefore(part), input);
  if (!evaluated.ok) return { truth: null, operands: [], unknown: `${text}: ${evaluated.reason}` };
  const operands = [{ text, value: evaluated.value ?? null }];
  if (typeof evaluated.value === 'boolean') return { truth: evaluated.value, operands, unknown: null };
  return { truth: null, operands, unknown: `${text} is not known` };
}

function withBefore({ node, before }: Part): Node {
  return before.length === 0 ? node : { type: 'block', expressions: [...before, node] };
}

function isLiteral(node: Node): boolean {
  if (node.value === '[' && node.type === 'unary') return (node.expressions ?? []).every(isLiteral);
  return node.type === 'string' || node.type === 'number' || node.type === 'value';
}

function isListLiteral({ node }: Part): boolean {
  return node.type === 'unary' && node.value === '[';
}

function asksForNull(node: Node): boolean {
  return node.type === 'value' && node.value === null;
}

/** One unknown among several values makes the comparison unknown too: `nodes.keys = 3`. */
function isMissing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) && value.some(isMissing);
}
