import type { Cluster as Connection } from '../client/cluster-connection.ts';
import { createKeyValueClient, type Answered } from '../client/key-value.ts';
import { parseReadFrom } from '../client/read-targets.ts';
import { itemsOf, numberOf, textOf, textOrNull } from '../client/resp-answer.ts';
import { positionView } from '../cluster/position-view.ts';
import { checkWord } from '../commands/key-value.ts';
import { createChance } from '../lib/chance.ts';
import type { Client, ClientOptions, Done, WriteDone } from './client.ts';

export function createClient(connection: Connection, options: ClientOptions): Client {
  const { read: usualRead = 'leader', timeoutMs = 10_000, seed = 0, region = null } = options;
  const keys = createKeyValueClient(connection, region);
  const write = (command: readonly string[], at: string | null = null): Promise<Answered> =>
    keys.write(command, { at, withinMs: timeoutMs });
  let turn = seed;
  return {
    async get(key, { read = usualRead } = {}) {
      const from = parseReadFrom(read, createChance(turn));
      turn += 1;
      const answered = await keys.read(['RL.GET', checkWord(key, 'key')], { from, withinMs: timeoutMs });
      return { ...doneOf(answered), value: textOrNull(answered.result) };
    },
    async put(key, value, { at } = {}) {
      return writeDoneOf(await write(['RL.PUT', checkWord(key, 'key'), checkWord(value, 'value')], at));
    },
    async del(...names) {
      const answered = await write(['RL.DEL', ...names.map((key) => checkWord(key, 'key'))]);
      return { ...writeDoneOf(answered), deleted: numberOf(answered.result) };
    },
    async incr(key, by = 1) {
      const answered = await write(['RL.INCR', checkWord(key, 'key'), String(by)]);
      return { ...writeDoneOf(answered), value: textOf(answered.result) };
    },
    async cas(key, expected, value) {
      const when = expected === null ? ['ABSENT'] : ['EXPECT', checkWord(expected, 'value')];
      const then = value === null ? ['DELETE'] : ['SET', checkWord(value, 'value')];
      const answered = await write(['RL.CAS', checkWord(key, 'key'), ...when, ...then]);
      const [flag, held] = itemsOf(answered.result);
      return { ...writeDoneOf(answered), swapped: numberOf(flag) === 1, value: textOrNull(held) };
    },
    close: () => keys.close(),
  };
}

function doneOf({ node, at }: Answered): Done {
  return { node, at: positionView(at) };
}

function writeDoneOf(answered: Answered): WriteDone {
  return { ...doneOf(answered), copies: answered.copies };
}
