import type { Operation } from '../history/operation.ts';
import { onlyKey } from '../history/steps.ts';
import { isList, printValue, type Value } from '../history/value.ts';

/** What an operation did, as lanes show it: `write x=1`, `read x → nil`, `append x 3, read y → [1]`. */
export function labelOf(operation: Operation): string {
  const { f, key, input, output, outcome, node } = operation;
  const done = outcome === 'ok';
  const at = node === null ? '' : ` @${node}`;
  if (f === 'txn') {
    const micros = isList(output) ? output : [];
    return `${micros.map((micro) => microLabel(micro, done)).join(', ') || 'nothing'}${at}`;
  }
  return `${stepLabel(f, key ?? onlyKey, done ? output : input, input, done)}${at}`;
}

function microLabel(micro: Value, done: boolean): string {
  const [f, key, value] = isList(micro) ? micro : [];
  const name = f === 'r' ? 'read' : f === 'w' ? 'write' : textName(f ?? null);
  return stepLabel(
    name,
    typeof key === 'string' ? key : printValue(key ?? null),
    value ?? null,
    value!,
    done,
  );
}

function textName(f: Value): string {
  return typeof f === 'string' ? f : printValue(f);
}

function stepLabel(f: string, key: string, value: Value, input: Value, done: boolean): string {
  const of = key === onlyKey ? '' : ` ${key}`;
  if (f === 'read' || f === 'get' || f === 'r') return `read${of} → ${done ? shortened(value) : '?'}`;
  if (f === 'cas' && isList(input)) return `cas${of} ${printValue(input[0]!)}=>${printValue(input[1]!)}`;
  if (f === 'write' || f === 'w' || f === 'put') return `write${of}=${shortened(input)}`;
  return input === null ? `${f}${of}` : `${f}${of} ${shortened(input)}`;
}

const shown = 4;

/** A long list shows its end: that is where reads differ. */
function shortened(value: Value): string {
  if (!isList(value) || value.length <= shown) return printValue(value);
  return `[… ${value.slice(-shown).map(printValue).join(' ')}]`;
}

/** `"write x=1" of process 3 (line 12)`. */
export function nameOf(operation: Operation): string {
  const { process, session, line } = operation;
  const who = session === String(process) ? `process ${process}` : session;
  return `"${labelOf(operation)}" of ${who} (line ${line})`;
}

const listedMax = 6;

/** Several, of many the last: that is where it goes wrong. */
export function listed(operations: readonly Operation[]): string {
  const names = operations.slice(-listedMax).map(nameOf).join('; ');
  return operations.length > listedMax ? `the last of them are ${names}` : names;
}

/** `x = 3`, or `the value 3` where there is one key only. */
export function keyIs(key: string, value: Value): string {
  return key === onlyKey ? `the value ${printValue(value)}` : `${key} = ${printValue(value)}`;
}

export function ofKey(key: string): string {
  return key === onlyKey ? '' : ` of ${key}`;
}
