import { linesInOrder } from './in-order.ts';
import { HistoryMistake } from './mistake.ts';
import type { Operation } from './operation.ts';
import { onlyKey, stepsOf, type Step } from './steps.ts';
import { isList, type Value } from './value.ts';

/** What `elle-cli --model` is called for a history; null: it has no model for its operations. */
export type ElleModel = 'list-append' | 'rw-register';

/**
 * As elle-cli reads it: EDN, one map a line, every operation a transaction. Throws HistoryMistake where a step
 * is none that the model has.
 */
export function writeElle(operations: readonly Operation[], model: ElleModel): string {
  return linesInOrder(operations)
    .map(({ operation, completes }, index) => {
      const type = completes ? operation.outcome : 'invoke';
      const micro = microOps(operation, type === 'ok', model);
      return `{:index ${index} :type :${type} :process ${operation.process} :f :txn :value [${micro.join(' ')}]}\n`;
    })
    .join('');
}

function microOps(operation: Operation, completed: boolean, model: ElleModel): readonly string[] {
  // Reads that are not known are no steps: as invoked, an operation that failed is read as if it had been ok.
  const steps = stepsOf(operation.outcome === 'ok' ? operation : { ...operation, outcome: 'ok' });
  return steps.map((step) => microOp(step, completed, model, operation.line));
}

function microOp(step: Step, completed: boolean, model: ElleModel, line: number): string {
  const { kind, value } = step;
  const key = edn(step.key === onlyKey ? 'x' : step.key);
  if (kind === 'read') return `[:r ${key} ${completed ? edn(value) : 'nil'}]`;
  if (kind === 'append' && model === 'list-append') return `[:append ${key} ${edn(value)}]`;
  if (kind === 'write' && model === 'rw-register') return `[:w ${key} ${edn(value)}]`;
  throw new HistoryMistake(
    line,
    `a ${kind} is nothing that elle-cli's ${model} knows; expected transactions`,
  );
}

/** Texts stay texts: EDN's keywords need no more than to be told apart. */
function edn(value: Value): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(edn).join(' ')}]`;
  return `{${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)} ${edn(field)}`)
    .join(' ')}}`;
}
