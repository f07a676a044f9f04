import type { Op } from '../protocol/request.ts';
import { shardOf } from '../protocol/shard.ts';

/** Where an operation goes: to a shard, to each of them, or nowhere, since its keys are not in one. */
export type Route = number | 'every' | 'apart';

/** `named`: the shard that the command named, for operations that have no key. */
export function routeOf(op: Op, shards: number, named = 0): Route {
  if (shards === 1) return 0;
  switch (op.kind) {
    case 'size':
      return 'every';
    case 'scan':
    case 'copies':
      return named;
    case 'mget':
    case 'exists':
    case 'del': {
      const found = new Set(op.keys.map((key) => shardOf(key, shards)));
      return found.size === 1 ? [...found][0]! : 'apart';
    }
    default:
      return shardOf(op.key, shards);
  }
}
