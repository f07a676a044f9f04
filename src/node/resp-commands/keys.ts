import { ask, many, type CommandRow } from './command.ts';
import { array, bulk, error, integer, ok } from '../resp-value.ts';

export const keyCommands: readonly CommandRow[] = [
  {
    name: 'GET',
    usage: 'GET key',
    summary: 'The value of a key at this node, or null.',
    arity: [1, 1],
    kind: 'read',
    keys: 'first',
    run: ([key]) => ask({ kind: 'get', key: key! }, 'value', ({ value }) => bulk(value)),
  },
  {
    name: 'SET',
    usage: 'SET key value',
    summary: 'Sets a key.',
    arity: [2, many],
    kind: 'write',
    keys: 'first',
    run([key, value, ...options]) {
      if (options.length > 0) {
        return error(
          `ERR unsupported option '${options[0]}': SET takes a key and a value (for NX and XX see RL.CAS)`,
        );
      }
      return ask({ kind: 'put', key: key!, value: value! }, 'written', () => ok);
    },
  },
  {
    name: 'DEL',
    usage: 'DEL key [key …]',
    summary: 'Deletes keys; answers how many there were.',
    arity: [1, many],
    kind: 'write',
    keys: 'all',
    run: (keys) => ask({ kind: 'del', keys }, 'count', ({ count }) => integer(count)),
  },
  {
    name: 'EXISTS',
    usage: 'EXISTS key [key …]',
    summary: 'How many of the keys are there, one named twice counted twice.',
    arity: [1, many],
    kind: 'read',
    keys: 'all',
    run: (keys) => ask({ kind: 'exists', keys }, 'count', ({ count }) => integer(count)),
  },
  {
    name: 'MGET',
    usage: 'MGET key [key …]',
    summary: 'The values of several keys, read at one position.',
    arity: [1, many],
    kind: 'read',
    keys: 'all',
    run: (keys) => ask({ kind: 'mget', keys }, 'values', ({ values }) => array(values.map(bulk))),
  },
  {
    name: 'DBSIZE',
    usage: 'DBSIZE',
    summary: 'How many keys there are.',
    arity: [0, 0],
    kind: 'read',
    keys: 'none',
    run: () => ask({ kind: 'size' }, 'count', ({ count }) => integer(count)),
  },
];
