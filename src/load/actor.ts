import type { Cluster } from '../client/cluster-connection.ts';
import { createKeyValueClient, type Answered } from '../client/key-value.ts';
import { parseReadFrom, type ReadFrom } from '../client/read-targets.ts';
import { itemsOf, numberOf, textOf, textOrNull } from '../client/resp-answer.ts';
import { ReplabError } from '../control/errors.ts';
import { createChance } from '../lib/chance.ts';
import { unreachable } from '../lib/assert.ts';
import type { NodeId } from '../protocol/node-id.ts';
import type { Answer, Call } from '../workloads/workload.ts';

/** One client of a load: carries out what its workload asks for. */
export interface Actor {
  /** Throws ReplabError; its row says whether it is certain that nothing happened. */
  call(call: Call): Promise<{ readonly node: NodeId; readonly answer: Answer }>;
  close(): void;
}

export interface ActorOptions {
  readonly read: string;
  readonly region: string | null;
  /** Where its turn through the nodes begins. */
  readonly seed: number;
  readonly withinMs: number;
}

/** Who loses to others so often in a row leaves it: nothing of it was written. */
const maxTries = 20;

export function createActor(cluster: Cluster, { read, region, seed, withinMs }: ActorOptions): Actor {
  const client = createKeyValueClient(cluster, region);
  const from = parseReadFrom(read, createChance(seed));
  let turn = seed;
  const readFrom = (): ReadFrom => {
    turn += 1;
    return from.kind === 'follower' || from.kind === 'any' ? { ...from, start: turn } : from;
  };
  const ask = (command: readonly string[]): Promise<Answered> =>
    client.read(command, { from: readFrom(), withinMs });
  const write = (command: readonly string[], ms = withinMs): Promise<Answered> =>
    client.write(command, { at: null, withinMs: ms });
  const lists = new Map<string, string>();

  /** What is there is known from before, or from whoever came between; at first from nobody. */
  const append = async (key: string, element: string): Promise<Answered> => {
    const end = performance.now() + withinMs;
    for (let tries = 0; tries < maxTries; tries += 1) {
      const leftMs = end - performance.now();
      if (leftMs <= 0) break;
      const before = lists.get(key);
      const after = before === undefined ? element : `${before} ${element}`;
      const expected = before === undefined ? ['ABSENT'] : ['EXPECT', before];
      const answered = await write(['RL.CAS', key, ...expected, 'SET', after], leftMs);
      const [swapped, value] = itemsOf(answered.result);
      const now = textOrNull(value);
      if (now === null) lists.delete(key);
      else lists.set(key, now);
      if (numberOf(swapped) === 1) return answered;
    }
    throw new ReplabError('contended', { cluster: cluster.name, key });
  };

  return {
    async call(call) {
      switch (call.kind) {
        case 'get': {
          const { node, result } = await ask(['RL.GET', call.key]);
          return { node, answer: textOrNull(result) };
        }
        case 'scan': {
          const { node, result } = await ask(['RL.SCAN', String(call.limit), 'AFTER', call.prefix]);
          return { node, answer: keysIn(itemsOf(result).map(textOf), call.prefix) };
        }
        case 'put':
          return { node: (await write(['RL.PUT', call.key, call.value])).node, answer: null };
        case 'incr':
          return { node: (await write(['RL.INCR', call.key, String(call.by)])).node, answer: null };
        case 'append':
          return { node: (await append(call.key, call.element)).node, answer: null };
        default:
          return unreachable(call);
      }
    },
    close: () => client.close(),
  };
}

/** Of `[more, key, value, …]`. */
function keysIn([, ...flat]: readonly string[], prefix: string): readonly string[] {
  return flat.filter((word, i) => i % 2 === 0 && word.startsWith(prefix));
}
