import { ask, type Ask, type CommandRow } from './command.ts';
import { error, integer, type RespValue } from '../resp-value.ts';

export const counterCommands: readonly CommandRow[] = [
  counter('INCR', 'INCR key', 'Adds one; a missing key counts as 0.', () => '1'),
  counter('DECR', 'DECR key', 'Subtracts one.', () => '-1'),
  counter('INCRBY', 'INCRBY key increment', 'Adds a signed 64-bit integer.', (by) => by!),
  counter('DECRBY', 'DECRBY key decrement', 'Subtracts a signed 64-bit integer.', (by) => negated(by!)),
];

function counter(
  name: string,
  usage: string,
  summary: string,
  increment: (by: string | undefined) => string | null,
): CommandRow {
  const count = name.endsWith('BY') ? 2 : 1;
  return {
    name,
    usage,
    summary,
    arity: [count, count],
    kind: 'write',
    keys: 'first',
    run([key, text]): RespValue | Ask {
      const by = increment(text);
      if (by === null) return error('ERR decrement would overflow');
      return ask({ kind: 'incr', key: key!, by }, 'integer', ({ value }) => integer(value));
    },
  };
}

/** Null for the least integer, which has no counterpart; what is no integer stays so, for the store to refuse. */
function negated(by: string): string | null {
  if (by === '-9223372036854775808') return null;
  if (by === '0') return by;
  return by.startsWith('-') ? by.slice(1) : `-${by}`;
}
