import type { Cluster as Connection } from '../client/cluster-connection.ts';
import { itemsOf, numberOf, textOf, textOrNull } from '../client/resp-answer.ts';
import { openSession } from '../client/session.ts';
import type { SessionRead, SessionWrite } from '../client/session/contract.ts';
import { parseGuarantees } from '../client/session/guarantees.ts';
import { parseReadPolicy } from '../client/session/read-policy.ts';
import { positionView } from '../cluster/position-view.ts';
import { checkWord } from '../commands/key-value.ts';
import { createChance } from '../lib/chance.ts';
import type { Client, ClientOptions, Done, WriteDone } from './client.ts';

export function createClient(connection: Connection, options: ClientOptions): Client {
  const { as = null, guarantees = [], read = 'leader', timeoutMs: withinMs = 10_000, seed = 0 } = options;
  const { region = null, waitMs } = options;
  const session = openSession(connection, {
    as,
    guarantees: guarantees.length === 0 ? [] : parseGuarantees(guarantees.join(',')),
    read: parseReadPolicy(read),
    region,
    chance: createChance(seed),
    ...(waitMs === undefined ? {} : { waitMs }),
  });
  // A session is one operation after another: what the first has seen is promised to the second.
  let latest: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = latest.then(work, work);
    latest = mine.catch(() => {});
    return mine;
  };
  const write = (command: readonly string[], at: string | null = null): Promise<SessionWrite> =>
    inTurn(() => session.write(command, { at, withinMs }));
  return {
    async get(key, { read: elsewhere } = {}) {
      const command = ['RL.GET', checkWord(key, 'key')];
      const policy = elsewhere === undefined ? {} : { policy: parseReadPolicy(elsewhere) };
      const answered = await inTurn(() => session.read(command, { withinMs, ...policy }));
      return { ...readDoneOf(answered), value: textOrNull(answered.result) };
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
    token: () => session.token(),
    learn: (token) => session.learn(token),
    get counts() {
      return session.counts;
    },
    close: () => session.close(),
  };
}

function doneOf({ node, at, lost }: SessionRead | SessionWrite): Done {
  return { node, at: positionView(at), lost };
}

function writeDoneOf(answered: SessionWrite): WriteDone {
  return { ...doneOf(answered), copies: answered.copies };
}

function readDoneOf(answered: SessionRead) {
  const { role, waited, moved, indeterminate } = answered;
  return { ...doneOf(answered), role, waited, moved, indeterminate };
}
