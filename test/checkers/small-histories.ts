import type { Kind } from '../../src/checkers/subject.ts';
import type { History, Operation, Outcome } from '../../src/history/operation.ts';
import type { Value } from '../../src/history/value.ts';
import { fc } from '../support/property.ts';

interface Choice {
  readonly process: number;
  readonly what: number;
  readonly value: number;
  readonly outcome: number;
}

export interface Shape {
  /** Undefined: as it looks. */
  readonly kind?: Kind;
  /** f → how often, beside the others. */
  readonly fs: Readonly<Record<string, number>>;
  readonly keys?: readonly string[];
  /** Written values are never repeated. */
  readonly unique?: boolean;
  readonly processes?: number;
  readonly nodes?: readonly string[];
  readonly events?: number;
  /** What a read gives, of all that has been written to its key so far, in order of invocation. */
  read(written: readonly Value[], pick: number): Value;
}

/** Reads one of the values written so far, mostly a late one, or the initial nil. */
export function oneOf(written: readonly Value[], pick: number): Value {
  const all = [null, ...written];
  return all[Math.max(0, all.length - 1 - (pick % 4 === 3 ? pick % all.length : pick % 3))]!;
}

/** Reads any of them. */
export function anyOf(written: readonly Value[], pick: number): Value {
  return [null, ...written][pick % (written.length + 1)]!;
}

/** Small random histories of concurrent processes: legal or not, as the picks have it. */
export function smallHistories(shape: Shape): fc.Arbitrary<History> {
  const choice = fc.record({ process: fc.nat(97), what: fc.nat(97), value: fc.nat(97), outcome: fc.nat(97) });
  const length = shape.events ?? 14;
  return fc
    .array(choice, { minLength: length >> 1, maxLength: length })
    .map((choices) => build(choices, shape));
}

type Open = { -readonly [K in keyof Operation]: Operation[K] };

function build(choices: readonly Choice[], shape: Shape): History {
  const fs = Object.entries(shape.fs).flatMap(([f, weight]) => Array.from({ length: weight }, () => f));
  const keys = shape.keys ?? [null];
  const written = new Map<string | null, Value[]>();
  const open = new Map<number, Open>();
  const operations: Open[] = [];
  let fresh = 0;
  choices.forEach(({ process: drawn, what, value, outcome }, place) => {
    const process = drawn % (shape.processes ?? 3);
    const begun = open.get(process);
    if (begun !== undefined) {
      open.delete(process);
      complete(begun, place, outcomeOf(outcome), value, written, shape);
      return;
    }
    const f = fs[what % fs.length]!;
    const key = keys[value % keys.length]!;
    const before = written.get(key) ?? [];
    const input = inputOf(f, shape.unique === true ? (fresh += 1) : value % 3, before, outcome);
    if (f !== 'read') written.set(key, [...before, f === 'cas' ? (input as readonly Value[])[1]! : input]);
    const node = shape.nodes === undefined ? null : shape.nodes[what % shape.nodes.length]!;
    const operation: Open = {
      id: operations.length,
      process,
      session: String(process),
      f,
      key,
      input,
      output: input,
      outcome: 'info',
      start: place,
      end: Infinity,
      startMs: place,
      endMs: null,
      node,
      final: false,
      line: place + 1,
    };
    operations.push(operation);
    open.set(process, operation);
  });
  return { header: {}, operations, keyed: false };
}

function inputOf(f: string, value: number, before: readonly Value[], pick: number): Value {
  if (f === 'read') return null;
  return f === 'cas' ? [oneOf(before, pick), value] : value;
}

function outcomeOf(pick: number): Outcome {
  if (pick % 10 === 0) return 'info';
  return pick % 10 === 1 ? 'fail' : 'ok';
}

function complete(
  operation: Open,
  place: number,
  outcome: Outcome,
  pick: number,
  written: ReadonlyMap<string | null, readonly Value[]>,
  { read }: Shape,
): void {
  operation.outcome = outcome;
  if (outcome === 'info') return;
  operation.end = place;
  operation.endMs = place;
  if (outcome === 'ok' && operation.f === 'read') {
    operation.output = read(written.get(operation.key) ?? [], pick);
  }
}
