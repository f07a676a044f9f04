import { linesInOrder, type Line } from './in-order.ts';
import type { Header, Operation } from './operation.ts';

/** Our own format, one operation map a line, in the order of events; what `readHistory` reads back. */
export function writeHistory(operations: readonly Operation[], header: Header = {}): string {
  return [{ schema: 'replab.history/1', ...header }, ...linesInOrder(operations).map(eventMap)]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

/** What is not known is left out. */
function eventMap({ operation, completes }: Line): object {
  const { process, session, f, key, input, output, outcome, node, final } = operation;
  const ms = completes ? operation.endMs : operation.startMs;
  return {
    type: completes ? outcome : 'invoke',
    process,
    ...(session === String(process) ? {} : { session }),
    f,
    ...(key === null ? {} : { key }),
    value: completes ? output : input,
    ...(ms === null ? {} : { time: Math.round(ms * 1e6) }),
    ...(node === null ? {} : { node }),
    ...(final ? { final } : {}),
  };
}
