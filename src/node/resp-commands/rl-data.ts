import { formatPosition } from '../../protocol/position.ts';
import {
  ask,
  many,
  noSuchShard,
  parseCount,
  takeShard,
  type Ask,
  type CommandRow,
  type OkOutcome,
  type ServedNode,
} from './command.ts';
import { array, bulk, error, integer, ok, type RespValue } from '../resp-value.ts';

/** `[position, copies, result]`: what Redis has no place for in its answers. */
function placed({ at, copies }: OkOutcome, result: RespValue): RespValue {
  return array([bulk(formatPosition(at)), integer(copies), result]);
}

export const rlDataCommands: readonly CommandRow[] = [
  {
    name: 'RL.GET',
    usage: 'RL.GET key',
    summary: 'GET as [position read at, copies, value].',
    arity: [1, 1],
    kind: 'read',
    keys: 'first',
    run: ([key]) => ask({ kind: 'get', key: key! }, 'value', ({ value }, at) => placed(at, bulk(value))),
  },
  {
    name: 'RL.PUT',
    usage: 'RL.PUT key value',
    summary: 'SET as [position written, copies, OK].',
    arity: [2, 2],
    kind: 'write',
    keys: 'first',
    run: ([key, value]) =>
      ask({ kind: 'put', key: key!, value: value! }, 'written', (_, at) => placed(at, ok)),
  },
  {
    name: 'RL.DEL',
    usage: 'RL.DEL key [key …]',
    summary: 'DEL as [position, copies, how many there were].',
    arity: [1, many],
    kind: 'write',
    keys: 'all',
    run: (keys) => ask({ kind: 'del', keys }, 'count', ({ count }, at) => placed(at, integer(count))),
  },
  {
    name: 'RL.INCR',
    usage: 'RL.INCR key by',
    summary: 'INCRBY as [position, copies, new value].',
    arity: [2, 2],
    kind: 'write',
    keys: 'first',
    run: ([key, by]) =>
      ask({ kind: 'incr', key: key!, by: by! }, 'integer', ({ value }, at) => placed(at, integer(value))),
  },
  {
    name: 'RL.CAS',
    usage: 'RL.CAS key EXPECT value|ABSENT SET value|DELETE',
    summary: 'Writes only if the key holds that: [position, copies, [1 if it did, the value afterwards]].',
    arity: [3, 5],
    kind: 'write',
    keys: 'first',
    run: ([key, ...rest]) => compareAndSet(key!, rest),
  },
  {
    name: 'RL.SCAN',
    usage: 'RL.SCAN limit [AFTER key] [SHARD n]',
    summary: 'Keys in order, at one position: [position, copies, [1 if there are more, key, value, …]].',
    arity: [1, 5],
    kind: 'read',
    keys: 'none',
    run: ([limit, ...rest], { node }) => scan(limit!, rest, node),
  },
];

const casUsage = 'ERR syntax: RL.CAS key (EXPECT value | ABSENT) (SET value | DELETE)';

function compareAndSet(key: string, words: readonly string[]): RespValue | Ask {
  const expected = oneOf(words, 'EXPECT', 'ABSENT');
  if (expected === null) return error(casUsage);
  const value = oneOf(expected.rest, 'SET', 'DELETE');
  if (value === null || value.rest.length > 0) return error(casUsage);
  return ask({ kind: 'cas', key, expected: expected.value, value: value.value }, 'cas', (result, at) =>
    placed(at, array([integer(result.swapped ? 1 : 0), bulk(result.value)])),
  );
}

interface Choice {
  readonly value: string | null;
  readonly rest: readonly string[];
}

/** `WITH value` or `WITHOUT`, and the words behind; null for neither. */
function oneOf(words: readonly string[], withValue: string, without: string): Choice | null {
  const word = words[0]?.toUpperCase();
  if (word === without) return { value: null, rest: words.slice(1) };
  if (word === withValue && words.length > 1) return { value: words[1]!, rest: words.slice(2) };
  return null;
}

const scanUsage = 'ERR syntax: RL.SCAN limit [AFTER key] [SHARD n]';

function scan(limitText: string, words: readonly string[], node: ServedNode): RespValue | Ask {
  const taken = takeShard(words, node);
  if (taken === null) return noSuchShard;
  const [word, after] = taken.rest;
  const limit = parseCount(limitText, 100_000);
  const wellFormed =
    taken.rest.length <= 2 && (word === undefined || (word.toUpperCase() === 'AFTER' && after !== undefined));
  if (limit === null || limit === 0 || !wellFormed) return error(scanUsage);
  const page = ask({ kind: 'scan', after: after ?? null, limit }, 'page', ({ pairs, more }, at) =>
    placed(at, array([integer(more ? 1 : 0), ...pairs.flat().map(bulk)])),
  );
  return { ...page, shard: taken.shard };
}
