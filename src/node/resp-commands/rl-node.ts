import { compareBallots, epochAt, formatBallot, formatPosition } from '../../protocol/position.ts';
import { shardOf } from '../../protocol/shard.ts';
import { parseShardEpochs, parseShards, type ShardEpochs } from '../../protocol/token.ts';
import {
  ask,
  noSuchShard,
  parseCount,
  takeShard,
  type Ask,
  type CommandContext,
  type CommandRow,
  type ServedNode,
} from './command.ts';
import { array, bulk, error, integer, nothing, ok, type RespValue } from '../resp-value.ts';

const logUsage = 'RL.LOG after-index max-bytes [SHARD n]';

/** With `count` words, and a shard or not behind them. */
function inShard(
  count: number,
  usage: string,
  run: (words: readonly string[], shard: number, node: ServedNode) => RespValue,
): CommandRow['run'] {
  return (words, { node }) => {
    const taken = takeShard(words, node);
    if (taken === null) return noSuchShard;
    return taken.rest.length === count ? run(taken.rest, taken.shard, node) : error(`ERR syntax: ${usage}`);
  };
}

export const rlNodeCommands: readonly CommandRow[] = [
  {
    name: 'RL.WHO',
    usage: 'RL.WHO [SHARD n]',
    summary: 'Who this node is and whom it follows in a shard, as JSON.',
    arity: [0, 2],
    kind: 'node',
    keys: 'none',
    afterEarlier: true,
    run: inShard(0, 'RL.WHO [SHARD n]', (_, shard, node) => bulk(JSON.stringify(who(shard, node)))),
  },
  {
    name: 'RL.SHARD',
    usage: 'RL.SHARD key',
    summary: 'Which shard a key is in, and of how many.',
    arity: [1, 1],
    kind: 'node',
    keys: 'first',
    run: ([key], { node: { shards } }) => array([integer(shardOf(key!, shards)), integer(shards)]),
  },
  {
    name: 'RL.SESSION',
    usage: 'RL.SESSION client [SEQ n] [EPOCH epoch] [AFTER token] [WAIT ms]',
    summary:
      "Whose the connection's later commands are, the number of its next write, the highest epoch and what position it has seen, and how long its reads wait for that.",
    arity: [1, 9],
    kind: 'connection',
    keys: 'none',
    run: ([client, ...options], context) => beginSession(client!, options, context),
  },
  {
    name: 'RL.LAST',
    usage: 'RL.LAST',
    summary: "This connection's last write as [position, copies, shard]; null before the first.",
    arity: [0, 0],
    kind: 'connection',
    keys: 'none',
    afterEarlier: true,
    run: (_, { session: { last } }) =>
      last === null
        ? nothing
        : array([bulk(formatPosition(last.at)), integer(last.copies), integer(last.shard)]),
  },
  {
    name: 'WAIT',
    usage: 'WAIT numreplicas timeout',
    summary: "How many followers hold this connection's last write; waits for that many, or for timeout ms.",
    arity: [2, 2],
    kind: 'connection',
    keys: 'none',
    afterEarlier: true,
    run: ([count, timeout], context) => waitForCopies(count!, timeout!, context),
  },
  {
    name: 'RL.LOG',
    usage: logUsage,
    summary: "Entries of this node's log after an index, each as JSON.",
    arity: [2, 4],
    kind: 'node',
    keys: 'none',
    afterEarlier: true,
    run: inShard(2, logUsage, ([after, maxBytes], shard, node) => readLog(after!, maxBytes!, shard, node)),
  },
  {
    name: 'RL.DISCARDED',
    usage: 'RL.DISCARDED [SHARD n]',
    summary: 'Entries this disk cut off when it rejoined another leader, each as JSON.',
    arity: [0, 2],
    kind: 'node',
    keys: 'none',
    afterEarlier: true,
    run: inShard(0, 'RL.DISCARDED [SHARD n]', (_, shard, node) =>
      array(node.discarded(shard).map((entry) => bulk(JSON.stringify(entry)))),
    ),
  },
];

/** The answer of RL.WHO. Positions and epochs as text; `leaderPort`: where clients reach the leader. */
export interface Who {
  readonly cluster: string;
  readonly node: string;
  readonly shard: number;
  readonly shards: number;
  readonly role: string | null;
  readonly epoch: string | null;
  readonly leader: string | null;
  readonly leaderPort: number | null;
  readonly received: string | null;
  readonly applied: string | null;
  readonly stopped: string | null;
}

function who(shard: number, node: ServedNode): Who {
  const status = node.status(shard);
  const leader = status?.leader ?? null;
  return {
    cluster: node.cluster,
    node: node.self,
    shard,
    shards: node.shards,
    role: status?.role ?? null,
    epoch: status === null ? null : formatBallot(status.epoch),
    leader,
    leaderPort: leader === null ? null : (node.clientPorts[leader] ?? null),
    received: status === null ? null : formatPosition(status.received),
    applied: status === null ? null : formatPosition(status.applied),
    stopped: status?.stopped ?? null,
  };
}

const sessionUsage = 'ERR syntax: RL.SESSION client [SEQ n] [EPOCH epoch] [AFTER token] [WAIT ms]';

/** Without WAIT a read waits so long for what it is to be after. */
const defaultWaitMs = 1000;
const longestWaitMs = 3_600_000;

type SessionOption = 'SEQ' | 'EPOCH' | 'AFTER' | 'WAIT';

/** Each says by null that the text is none of its kind. */
const sessionOptions = {
  SEQ: (text: string) => parseCount(text),
  EPOCH: parseShardEpochs,
  AFTER: parseShards,
  WAIT: (text: string) => parseCount(text, longestWaitMs),
} as const satisfies Record<SessionOption, (text: string) => unknown>;

type SessionValues = { [K in SessionOption]?: NonNullable<ReturnType<(typeof sessionOptions)[K]>> };

/**
 * SEQ numbers this connection's next write, and each write after it one higher. The client names the number,
 * since a count of ours would begin anew with each connection and make its new writes look like repeats.
 * All is said anew each time, but for the epoch: who has seen one cannot forget it.
 */
function beginSession(client: string, options: readonly string[], { session }: CommandContext): RespValue {
  const values: Record<string, unknown> = {};
  for (let i = 0; i < options.length; i += 2) {
    const word = options[i]!.toUpperCase();
    const value = isSessionOption(word) ? sessionOptions[word](options[i + 1] ?? '') : null;
    if (value === null) return error(sessionUsage);
    values[word] = value;
  }
  if (client === '' || client.length > 256) return error('ERR a client has a name of 1 to 256 characters');
  const { SEQ, EPOCH, AFTER, WAIT } = values as SessionValues;
  session.client = client;
  session.nextSeq = SEQ ?? null;
  session.epochsSeen = highestOf(session.epochsSeen, EPOCH ?? {});
  session.after = AFTER ?? null;
  session.waitMs = WAIT ?? defaultWaitMs;
  return ok;
}

/** Who has seen an epoch does not unsee it by naming a lower one. */
function highestOf(seen: ShardEpochs, named: ShardEpochs): ShardEpochs {
  const higher = Object.entries(named).filter(
    ([shard, epoch]) => seen[shard] === undefined || compareBallots(epoch, seen[shard]) > 0,
  );
  return { ...seen, ...Object.fromEntries(higher) };
}

function isSessionOption(word: string): word is SessionOption {
  return Object.hasOwn(sessionOptions, word);
}

/** Redis counts replicas, the protocol counts copies: one more, the leader's own. A timeout of 0 is none. */
function waitForCopies(countText: string, timeoutText: string, { session }: CommandContext): RespValue | Ask {
  const count = parseCount(countText, 1_000_000);
  const timeoutMs = parseCount(timeoutText);
  if (count === null || timeoutMs === null) return error('ERR value is not an integer or out of range');
  if (session.last === null) return integer(0);
  const op = {
    kind: 'copies',
    at: session.last.at,
    count: count + 1,
    timeoutMs: timeoutMs || longestMs,
  } as const;
  const { shard } = session.last;
  return { ...ask(op, 'count', (result) => integer(Math.max(0, result.count - 1))), shard };
}

const longestMs = 2 ** 31 - 1;

function readLog(afterText: string, maxText: string, shard: number, node: ServedNode): RespValue {
  const index = parseCount(afterText);
  const maxBytes = parseCount(maxText);
  if (index === null || maxBytes === null) return error(`ERR syntax: ${logUsage}`);
  const status = node.status(shard);
  if (status === null) return error('REFUSED turn-failed this node has no replica running');
  if (index < status.base.index) return error(`ERR the log begins after ${formatPosition(status.base)}`);
  if (index >= status.received.index) return array([]);
  const entries = node.entries(shard, { epoch: epochAt(status.epochs, index), index }, maxBytes);
  return array(entries.map((entry) => bulk(JSON.stringify(entry))));
}
